import type { RollingAggregate, RollingWindow } from '@vitalwire/core/ports/live-bus.ts';

/**
 * Count, mean, extremes, standard deviation and slope of one vital over the last 1, 5, 15 and 60 minutes of event time.
 *
 * Samples are kept as panes, aligned to the epoch: 10 s panes for the 1-minute window, 1-minute panes for 5 and 15 minutes, 5-minute panes
 * for the hour. A window is what lies in [endMs - length, endMs), where endMs is the newest pane boundary at or before the moment asked for;
 * it moves on by a pane at a time. A late sample goes to its own pane as long as that is kept (the length of the longest window of its
 * panes), and is in the next aggregate taken; an older one is left out. Bounded: 36 panes, 2.3 KB a vital, whatever the rate.
 */
export interface PaneLadder {
  readonly paneMs: number;
  /** One more than its longest window needs: the pane being filled. */
  readonly panes: number;
}

export const LADDERS: readonly PaneLadder[] = [
  { paneMs: 10_000, panes: 7 },
  { paneMs: 60_000, panes: 16 },
  { paneMs: 300_000, panes: 13 },
];

const WINDOWS: readonly {
  readonly window: RollingWindow;
  readonly ladder: number;
  readonly panes: number;
}[] = [
  { window: '1m', ladder: 0, panes: 6 },
  { window: '5m', ladder: 1, panes: 5 },
  { window: '15m', ladder: 1, panes: 15 },
  { window: '60m', ladder: 2, panes: 12 },
];

// Of a pane: count, value's mean, sum of squares, min, max; time's mean (s since the pane's start), sum of squares; co-moment.
const PANE_SIZE = 8;
const COUNT = 0;
const MEAN = 1;
const SQUARES = 2;
const MIN = 3;
const MAX = 4;
const TIME_MEAN = 5;
const TIME_SQUARES = 6;
const CO_MOMENT = 7;

/** Newest pane number of each ladder, then the ladders' panes as rings. */
const BASES: readonly number[] = LADDERS.map(
  (_, ladder) =>
    LADDERS.length + PANE_SIZE * LADDERS.slice(0, ladder).reduce((sum, { panes }) => sum + panes, 0),
);
const SIZE = LADDERS.length + PANE_SIZE * LADDERS.reduce((sum, { panes }) => sum + panes, 0);

export function newPanes(): Float64Array {
  const panes = new Float64Array(SIZE);
  return panes.fill(Number.NEGATIVE_INFINITY, 0, LADDERS.length);
}

/** Adds a sample in place; answers whether a pane ended with it, so that new aggregates can be taken. */
export function addSample(panes: Float64Array, value: number, atMs: number): boolean {
  let ended = false;
  for (let ladder = 0; ladder < LADDERS.length; ladder++) {
    const { paneMs, panes: count } = LADDERS[ladder]!;
    const pane = Math.floor(atMs / paneMs);
    const newest = panes[ladder]!;
    if (pane > newest) {
      moveOn(panes, ladder, newest, pane);
      ended = true;
    } else if (pane <= newest - count) continue;
    addToPane(panes, BASES[ladder]! + (pane % count) * PANE_SIZE, value, (atMs - pane * paneMs) / 1000);
  }
  return ended;
}

function moveOn(panes: Float64Array, ladder: number, newest: number, pane: number): void {
  const { panes: count } = LADDERS[ladder]!;
  const base = BASES[ladder]!;
  for (let emptied = Math.max(newest + 1, pane - count + 1); emptied <= pane; emptied++) {
    const at = base + (emptied % count) * PANE_SIZE;
    panes.fill(0, at, at + PANE_SIZE);
  }
  panes[ladder] = pane;
}

function addToPane(panes: Float64Array, at: number, value: number, seconds: number): void {
  const count = panes[at + COUNT]! + 1;
  const delta = value - panes[at + MEAN]!;
  const timeDelta = seconds - panes[at + TIME_MEAN]!;
  const mean = panes[at + MEAN]! + delta / count;
  const timeMean = panes[at + TIME_MEAN]! + timeDelta / count;
  panes[at + COUNT] = count;
  panes[at + MEAN] = mean;
  panes[at + SQUARES]! += delta * (value - mean);
  panes[at + TIME_MEAN] = timeMean;
  panes[at + TIME_SQUARES]! += timeDelta * (seconds - timeMean);
  panes[at + CO_MOMENT]! += timeDelta * (value - mean);
  if (count === 1 || value < panes[at + MIN]!) panes[at + MIN] = value;
  if (count === 1 || value > panes[at + MAX]!) panes[at + MAX] = value;
}

/** Each window that holds a sample, as of `nowMs` (event time). */
export function aggregatesAt(
  panes: Float64Array,
  nowMs: number,
): Partial<Record<RollingWindow, RollingAggregate>> {
  const aggregates: Partial<Record<RollingWindow, RollingAggregate>> = {};
  for (const { window, ladder, panes: count } of WINDOWS) {
    const aggregate = aggregateOf(panes, ladder, count, nowMs);
    if (aggregate) aggregates[window] = aggregate;
  }
  return aggregates;
}

/** Merges panes pairwise (Chan, Golub and LeVeque), times counted from the window's end. */
function aggregateOf(
  panes: Float64Array,
  ladder: number,
  length: number,
  nowMs: number,
): RollingAggregate | undefined {
  const { paneMs, panes: ring } = LADDERS[ladder]!;
  const endPane = Math.floor(nowMs / paneMs);
  const newest = panes[ladder]!;
  let count = 0;
  let mean = 0;
  let squares = 0;
  let min = 0;
  let max = 0;
  let timeMean = 0;
  let timeSquares = 0;
  let coMoment = 0;
  for (let pane = Math.max(endPane - length, newest - ring + 1); pane < endPane && pane <= newest; pane++) {
    const at = BASES[ladder]! + (pane % ring) * PANE_SIZE;
    const added = panes[at + COUNT]!;
    if (added === 0) continue;
    const total = count + added;
    const delta = panes[at + MEAN]! - mean;
    const timeDelta = panes[at + TIME_MEAN]! + ((pane - endPane) * paneMs) / 1000 - timeMean;
    const weight = (count * added) / total;
    squares += panes[at + SQUARES]! + delta * delta * weight;
    timeSquares += panes[at + TIME_SQUARES]! + timeDelta * timeDelta * weight;
    coMoment += panes[at + CO_MOMENT]! + delta * timeDelta * weight;
    mean += (delta * added) / total;
    timeMean += (timeDelta * added) / total;
    min = count === 0 ? panes[at + MIN]! : Math.min(min, panes[at + MIN]!);
    max = count === 0 ? panes[at + MAX]! : Math.max(max, panes[at + MAX]!);
    count = total;
  }
  if (count === 0) return undefined;
  return {
    endMs: endPane * paneMs,
    count,
    min,
    max,
    mean,
    standardDeviation: count < 2 ? 0 : Math.sqrt(Math.max(0, squares) / (count - 1)),
    slopePerMinute: timeSquares > 0 ? (coMoment / timeSquares) * 60 : undefined,
  };
}
