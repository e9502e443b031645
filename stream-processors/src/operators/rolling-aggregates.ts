import { fromFloat32 } from '@vitalwire/core/vitals/units.ts';
import type { RollingAggregate, RollingWindow } from '@vitalwire/core/ports/live-bus.ts';

/**
 * Count, mean, extremes, standard deviation and slope of one vital over the last 1, 5, 15 and 60 minutes of event time.
 *
 * Samples are kept as panes, aligned to the epoch: 10 s panes for the 1-minute window, 1-minute panes for 5 and 15 minutes, 5-minute panes
 * for the hour. A window is what lies in [endMs - length, endMs), where endMs is the newest pane boundary at or before the moment asked for;
 * it moves on by a pane at a time. A late sample goes to its own pane as long as that is kept (the length of the longest window of its
 * panes), and is in the next aggregate taken; an older one is left out. Bounded: 36 panes, 1.2 KB a vital, whatever the rate.
 *
 * Panes are 32-bit floats, as values are on the wire: half the state, and of the checkpoint that holds it. Counts and extremes are exact,
 * means to 1e-4 of the vital's unit; what is taken from several panes is added up in 64 bits.
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
const HEADER = LADDERS.length * 2;
const BASES: readonly number[] = LADDERS.map(
  (_, ladder) => HEADER + PANE_SIZE * LADDERS.slice(0, ladder).reduce((sum, { panes }) => sum + panes, 0),
);
const SIZE = HEADER + PANE_SIZE * LADDERS.reduce((sum, { panes }) => sum + panes, 0);

export function newPanes(): Float32Array {
  const panes = new Float32Array(SIZE);
  return panes.fill(Number.NEGATIVE_INFINITY, 0, HEADER);
}

/** Pane numbers have more digits than a 32-bit float: each is kept as two halves. */
const HALF = 2 ** 20;

const newestOf = (panes: Float32Array, ladder: number): number =>
  panes[ladder * 2]! * HALF + panes[ladder * 2 + 1]!;

function setNewest(panes: Float32Array, ladder: number, pane: number): void {
  const high = Math.floor(pane / HALF);
  panes[ladder * 2] = high;
  panes[ladder * 2 + 1] = pane - high * HALF;
}

/**
 * Adds a sample in place; answers whether a pane ended with it, so that new aggregates can be taken. In an ordered stream only the newest
 * 10 s pane is touched; its sum goes to the coarser ladders when it ends.
 */
export function addSample(panes: Float32Array, value: number, atMs: number): boolean {
  const { paneMs } = LADDERS[0]!;
  const pane = Math.floor(atMs / paneMs);
  const newest = newestOf(panes, 0);
  if (pane === newest) {
    addToPane(panes, paneAt(0, pane), value, (atMs - pane * paneMs) / 1000);
    return false;
  }
  if (pane > newest) {
    endPane(panes, newest);
    for (let ladder = 0; ladder < LADDERS.length; ladder++) {
      moveOn(panes, ladder, Math.floor(atMs / LADDERS[ladder]!.paneMs));
    }
    addToPane(panes, paneAt(0, pane), value, (atMs - pane * paneMs) / 1000);
    return true;
  }
  for (let ladder = 0; ladder < LADDERS.length; ladder++) addLate(panes, ladder, value, atMs);
  return false;
}

const paneAt = (ladder: number, pane: number): number =>
  BASES[ladder]! + (pane % LADDERS[ladder]!.panes) * PANE_SIZE;

function endPane(panes: Float32Array, ended: number): void {
  if (ended === Number.NEGATIVE_INFINITY) return;
  const startMs = ended * LADDERS[0]!.paneMs;
  for (let ladder = 1; ladder < LADDERS.length; ladder++) {
    const { paneMs } = LADDERS[ladder]!;
    const into = Math.floor(startMs / paneMs);
    mergePane(panes, paneAt(ladder, into), panes, paneAt(0, ended), (startMs - into * paneMs) / 1000);
  }
}

function addLate(panes: Float32Array, ladder: number, value: number, atMs: number): void {
  const { paneMs, panes: kept } = LADDERS[ladder]!;
  const pane = Math.floor(atMs / paneMs);
  if (pane <= newestOf(panes, ladder) - kept) return;
  addToPane(panes, paneAt(ladder, pane), value, (atMs - pane * paneMs) / 1000);
}

function moveOn(panes: Float32Array, ladder: number, pane: number): void {
  const newest = newestOf(panes, ladder);
  if (pane <= newest) return;
  const { panes: kept } = LADDERS[ladder]!;
  for (let emptied = Math.max(newest + 1, pane - kept + 1); emptied <= pane; emptied++) {
    const at = paneAt(ladder, emptied);
    panes.fill(0, at, at + PANE_SIZE);
  }
  setNewest(panes, ladder, pane);
}

function addToPane(panes: Float32Array, at: number, value: number, seconds: number): void {
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

/** Merges a pane into another (Chan, Golub and LeVeque); `laterS` is how much later its times are counted from. */
function mergePane(
  into: Float32Array | Float64Array,
  to: number,
  from: Float32Array,
  at: number,
  laterS: number,
): void {
  const added = from[at + COUNT]!;
  if (added === 0) return;
  const count = into[to + COUNT]!;
  const total = count + added;
  const delta = from[at + MEAN]! - into[to + MEAN]!;
  const timeDelta = from[at + TIME_MEAN]! + laterS - into[to + TIME_MEAN]!;
  const weight = (count * added) / total;
  into[to + MIN] = count === 0 ? from[at + MIN]! : Math.min(into[to + MIN]!, from[at + MIN]!);
  into[to + MAX] = count === 0 ? from[at + MAX]! : Math.max(into[to + MAX]!, from[at + MAX]!);
  into[to + COUNT] = total;
  into[to + MEAN]! += (delta * added) / total;
  into[to + SQUARES]! += from[at + SQUARES]! + delta * delta * weight;
  into[to + TIME_MEAN]! += (timeDelta * added) / total;
  into[to + TIME_SQUARES]! += from[at + TIME_SQUARES]! + timeDelta * timeDelta * weight;
  into[to + CO_MOMENT]! += from[at + CO_MOMENT]! + delta * timeDelta * weight;
}

/** Each window that holds a sample, as of `nowMs` (event time). */
export function aggregatesAt(
  panes: Float32Array,
  nowMs: number,
): Partial<Record<RollingWindow, RollingAggregate>> {
  const aggregates: Partial<Record<RollingWindow, RollingAggregate>> = {};
  for (const { window, ladder, panes: length } of WINDOWS) {
    const endMs = Math.floor(nowMs / LADDERS[ladder]!.paneMs) * LADDERS[ladder]!.paneMs;
    const aggregate = aggregateOf(panes, ladder, length, endMs);
    if (aggregate) aggregates[window] = aggregate;
  }
  return aggregates;
}

/** The mean of the 10 s pane before the one being filled; undefined where it holds no sample. */
export function endedPaneMean(panes: Float32Array): number | undefined {
  const at = paneAt(0, newestOf(panes, 0) - 1);
  return panes[at + COUNT]! > 0 ? fromFloat32(panes[at + MEAN]!) : undefined;
}

/** The lowest and highest mean of a minute among the minutes that reach into (nowMs - withinMs, nowMs]; 15 min at most. */
export function minuteExtremes(
  panes: Float32Array,
  nowMs: number,
  withinMs: number,
): { readonly min: number; readonly max: number } | undefined {
  const { paneMs, panes: kept } = LADDERS[1]!;
  const newest = newestOf(panes, 1);
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const first = Math.max(Math.floor((nowMs - withinMs) / paneMs), newest - kept + 1);
  for (let pane = first; pane <= newest; pane++) {
    const at = paneAt(1, pane);
    if (!(panes[at + COUNT]! > 0)) continue;
    min = Math.min(min, panes[at + MEAN]!);
    max = Math.max(max, panes[at + MEAN]!);
  }
  return min > max ? undefined : { min: fromFloat32(min), max: fromFloat32(max) };
}

const scratch = new Float64Array(PANE_SIZE);

/** Times are counted from the window's end. */
function aggregateOf(
  panes: Float32Array,
  ladder: number,
  length: number,
  endMs: number,
): RollingAggregate | undefined {
  const { paneMs, panes: kept } = LADDERS[ladder]!;
  const end = endMs / paneMs;
  const newest = newestOf(panes, ladder);
  scratch.fill(0);
  for (let pane = Math.max(end - length, newest - kept + 1); pane < end && pane <= newest; pane++) {
    mergePane(scratch, 0, panes, paneAt(ladder, pane), ((pane - end) * paneMs) / 1000);
  }
  if (ladder > 0) mergeOpenPane(panes, end * paneMs - length * paneMs, endMs);
  return statisticsOf(scratch, endMs);
}

/** The newest 10 s pane has not gone to the coarser ladders yet. */
function mergeOpenPane(panes: Float32Array, fromMs: number, endMs: number): void {
  const newest = newestOf(panes, 0);
  const startMs = newest * LADDERS[0]!.paneMs;
  if (startMs < fromMs || startMs >= endMs) return;
  mergePane(scratch, 0, panes, paneAt(0, newest), (startMs - endMs) / 1000);
}

function statisticsOf(pane: Float64Array, endMs: number): RollingAggregate | undefined {
  const count = pane[COUNT]!;
  if (count === 0) return undefined;
  const timeSquares = pane[TIME_SQUARES]!;
  return {
    endMs,
    count,
    min: fromFloat32(pane[MIN]!),
    max: fromFloat32(pane[MAX]!),
    mean: fromFloat32(pane[MEAN]!),
    standardDeviation: count < 2 ? 0 : fromFloat32(Math.sqrt(Math.max(0, pane[SQUARES]!) / (count - 1))),
    // Adding 0 leaves no negative zero.
    slopePerMinute: timeSquares > 0 ? fromFloat32((pane[CO_MOMENT]! / timeSquares) * 60) + 0 : undefined,
  };
}
