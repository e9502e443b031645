import type { Note } from './records.ts';

/** Readings of a device, by when they were measured, by which the deployment need not have timed a condition as the tester did. */
export interface HeldBackNote extends Note {
  readonly kind: 'held_back';
  readonly device: number;
  readonly from_ms: number;
  readonly to_ms: number;
}

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Two readings of a device are at most so far apart, with the play of clocks; one that measures less often is judged as if it did. */
const INTERVAL_MS = 5_000;
/** Of one stretch with what was held back before: what lies between belongs to the same outage. */
const JOINS_WITHIN_MS = 10_000;

/**
 * What a device could not tell in time. After `absence_s` without a reading the deployment takes a patient's signal for lost, and what it was
 * timing begins anew with the next one. A tester cannot see when a reading arrived: it lies between its sending and its PUBACK. While every
 * PUBACK comes sooner than `absence_s` less the interval after the measurement, there was no such silence; what comes later is noted here.
 * So is a reading that went out after a newer one: that one was judged as the present, and the older is history.
 */
export class HeldBack {
  readonly #withinMs: number;
  readonly #stretches = new Map<number, Stretch>();
  readonly #changed = new Set<number>();
  #told: HeldBackNote[] = [];

  constructor(absenceMs: number) {
    this.#withinMs = heldBackAfterMs(absenceMs);
  }

  acknowledged(device: number, measuredAtMs: number, latencyMs: number, wasOvertaken: boolean): void {
    if (latencyMs <= this.#withinMs && !wasOvertaken) return;
    const before = this.#stretches.get(device);
    const wider = before && widened(before, measuredAtMs);
    if (before && !wider && this.#changed.has(device)) this.#told.push(noteOf(device, before));
    this.#stretches.set(device, wider ?? { fromMs: measuredAtMs, toMs: measuredAtMs });
    this.#changed.add(device);
  }

  /** What has changed since the last take. */
  take(): readonly HeldBackNote[] {
    const notes = this.#told;
    this.#told = [];
    for (const device of this.#changed) notes.push(noteOf(device, this.#stretches.get(device)!));
    this.#changed.clear();
    return notes;
  }
}

export const heldBackAfterMs = (absenceMs: number): number => Math.max(0, absenceMs - INTERVAL_MS);

/** Stretches with one more, in order; those of one outage are one. */
export function withStretch(stretches: readonly Stretch[], added: Stretch): readonly Stretch[] {
  const [apart, joined] = [[] as Stretch[], [added]];
  for (const stretch of stretches) {
    const isClose =
      stretch.fromMs <= added.toMs + JOINS_WITHIN_MS && added.fromMs <= stretch.toMs + JOINS_WITHIN_MS;
    (isClose ? joined : apart).push(stretch);
  }
  const whole: Stretch = {
    fromMs: Math.min(...joined.map(({ fromMs }) => fromMs)),
    toMs: Math.max(...joined.map(({ toMs }) => toMs)),
  };
  return [...apart, whole].sort((a, b) => a.fromMs - b.fromMs);
}

const noteOf = (device: number, { fromMs, toMs }: Stretch): HeldBackNote => ({
  kind: 'held_back',
  device,
  from_ms: fromMs,
  to_ms: toMs,
});

/** undefined where it belongs to another outage. */
function widened({ fromMs, toMs }: Stretch, ms: number): Stretch | undefined {
  if (ms > toMs + JOINS_WITHIN_MS || ms < fromMs - JOINS_WITHIN_MS) return undefined;
  return { fromMs: Math.min(fromMs, ms), toMs: Math.max(toMs, ms) };
}
