/** A stretch of time in which the rate, of all devices together, goes evenly from one value to another. */
export interface Segment {
  /** Infinity for a last stretch without end. */
  readonly durationMs: number;
  /** Readings a second. */
  readonly fromPerS: number;
  readonly toPerS: number;
}

interface Placed extends Segment {
  readonly startMs: number;
  readonly firstTurn: number;
}

/**
 * When each turn of a run falls due, from its start: known beforehand and bound to nothing that happens, which is what makes a load
 * open-loop. Dues are whole milliseconds, as measurements are stamped, so that what a station shows tells when it was due.
 */
export class Schedule {
  /** Turns in all; Infinity without an end. */
  readonly turns: number;
  readonly durationMs: number;
  readonly #segments: readonly Placed[];

  constructor(segments: readonly Segment[]) {
    let [startMs, firstTurn] = [0, 0];
    this.#segments = segments.map((segment) => {
      const placed = { ...segment, startMs, firstTurn };
      startMs += segment.durationMs;
      firstTurn += turnsWithin(segment);
      return placed;
    });
    this.durationMs = startMs;
    this.turns = Number.isFinite(firstTurn) ? Math.round(firstTurn) : firstTurn;
  }

  /** Of turn `turn`, counted from 0, in ms since the start; Infinity where there is no such turn. */
  dueMs(turn: number): number {
    if (turn >= this.turns) return Number.POSITIVE_INFINITY;
    let segment = this.#segments[0];
    for (const next of this.#segments) {
      if (next.firstTurn > turn) break;
      if (turnsWithin(next) > 0) segment = next;
    }
    if (!segment) return Number.POSITIVE_INFINITY;
    return Math.floor(segment.startMs + msInto(segment, turn - segment.firstTurn));
  }

  /** Readings a second wanted `atMs` into the run. */
  rateAt(atMs: number): number {
    const segment = this.#segments.find(({ startMs, durationMs }) => atMs < startMs + durationMs);
    if (!segment) return 0;
    const { fromPerS, toPerS, startMs, durationMs } = segment;
    if (!Number.isFinite(durationMs)) return fromPerS;
    return fromPerS + ((toPerS - fromPerS) * Math.max(0, atMs - startMs)) / durationMs;
  }
}

function turnsWithin({ durationMs, fromPerS, toPerS }: Segment): number {
  return fromPerS === 0 && toPerS === 0 ? 0 : (durationMs * (fromPerS + toPerS)) / 2_000;
}

/** The inverse of the integral of the rate: a quadratic where the rate changes. */
function msInto({ durationMs, fromPerS, toPerS }: Segment, turns: number): number {
  if (fromPerS === toPerS) return (turns * 1_000) / fromPerS;
  const perMs = fromPerS / 1_000;
  const slope = (toPerS - fromPerS) / 1_000 / durationMs;
  // The form of the root that does not cancel where the slope is small.
  return (2 * turns) / (perMs + Math.sqrt(Math.max(0, perMs ** 2 + 2 * slope * turns)));
}
