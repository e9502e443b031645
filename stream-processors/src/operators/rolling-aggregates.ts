import { fromFloat32 } from '@vitalwire/core/vitals/units.ts';
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import type { RollingAggregate, RollingAggregates } from '@vitalwire/core/ports/live-bus.ts';
import { OPEN_PANES, OPEN_SIZE, type VitalCells } from './vital-cells.ts';

/**
 * Count, mean, extremes, standard deviation and slope of each vital over the last 1, 5, 15 and 60 minutes of event time.
 *
 * Samples are kept as panes, aligned to the epoch: 10 s panes for the 1-minute window, 1-minute panes for 5 and 15 minutes, 5-minute panes
 * for the hour. A window is what lies in [endMs - length, endMs), where endMs is the newest pane boundary at or before the moment asked for;
 * it moves on by a pane at a time. A late sample goes to its own pane as long as that is kept (the length of the longest window of its
 * panes), and is in the next aggregate taken; an older one is left out. Bounded: 36 panes a vital, 7 KB a patient, whatever the rate.
 *
 * Panes are 32-bit floats, as values are on the wire: half the state, and of the checkpoint that holds it. Counts and extremes are exact,
 * means to 1e-4 of the vital's unit; what is taken from several panes is added up in 64 bits.
 *
 * All ended panes of a patient are one array. The open 10 s panes, which every reading touches, are with the other numbers of that kind in
 * the patient's cells, rounded to 32 bits as the ended ones are.
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

const WINDOWS: readonly { readonly ladder: number; readonly panes: number }[] = [
  /* 1m */ { ladder: 0, panes: 6 },
  /* 5m */ { ladder: 1, panes: 5 },
  /* 15m */ { ladder: 1, panes: 15 },
  /* 60m */ { ladder: 2, panes: 12 },
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

const OPEN_MS = 10_000;

/** Ended 10 s panes, and the panes of the coarser ladders; each ladder a ring. */
const RINGS: readonly number[] = LADDERS.map(({ panes }, ladder) => (ladder === 0 ? panes - 1 : panes));
/** Newest pane number of the coarser ladders, then the rings. */
const HEADER = (LADDERS.length - 1) * 2;
const BASES: readonly number[] = RINGS.map(
  (_, ladder) => HEADER + PANE_SIZE * RINGS.slice(0, ladder).reduce((sum, panes) => sum + panes, 0),
);
const VITAL_SIZE = HEADER + PANE_SIZE * RINGS.reduce((sum, panes) => sum + panes, 0);

/** Of one patient, the open ones apart. */
export function newPanes(): Float32Array {
  const panes = new Float32Array(VITALS.length * VITAL_SIZE);
  for (let vital = 0; vital < VITALS.length; vital++) {
    panes.fill(Number.NEGATIVE_INFINITY, vital * VITAL_SIZE, vital * VITAL_SIZE + HEADER);
  }
  return panes;
}

/** Pane numbers have more digits than a 32-bit float: each is kept as two halves. */
const HALF = 2 ** 20;

const numberAt = (panes: Float32Array, at: number): number => panes[at]! * HALF + panes[at + 1]!;

function setNumber(panes: Float32Array, at: number, pane: number): void {
  const high = Math.floor(pane / HALF);
  panes[at] = high;
  panes[at + 1] = pane - high * HALF;
}

/** The cell of the open pane's number, -infinity where the vital was never measured; the pane follows. */
const openAt = (vital: number): number => OPEN_PANES + vital * OPEN_SIZE;

const newestAt = (vital: number, ladder: number): number => vital * VITAL_SIZE + (ladder - 1) * 2;

/** Pane numbers have 32 bits until the year 2650: the remainder of whole numbers takes a tenth of that of any. */
const paneAt = (vital: number, ladder: number, pane: number): number =>
  vital * VITAL_SIZE + BASES[ladder]! + ((pane | 0) % RINGS[ladder]!) * PANE_SIZE;

/**
 * Adds a reading's values (in the order of VITALS, NaN where there is none) in place; answers whether a pane of any vital ended, and notes in
 * `ended` of which. Nearly every value goes to its vital's open pane, which is the same for all.
 */
export function addReading(
  cells: VitalCells,
  panes: Float32Array,
  values: Float64Array,
  atMs: number,
  ended: Uint8Array,
): boolean {
  const pane = Math.floor(atMs / OPEN_MS);
  const seconds = (atMs - pane * OPEN_MS) / 1000;
  let any = false;
  for (let vital = 0; vital < values.length; vital++) {
    ended[vital] = 0;
    const value = values[vital]!;
    if (Number.isNaN(value)) continue;
    const open = openAt(vital);
    if (cells[open] === pane) addToPane(cells, open + 1, value, seconds);
    else if (addSample(cells, panes, vital, value, atMs)) {
      ended[vital] = 1;
      any = true;
    }
  }
  return any;
}

/**
 * Adds a sample in place; answers whether a pane ended with it, so that new aggregates can be taken. In an ordered stream only the open
 * 10 s pane is touched; its sum goes to the coarser ladders when it ends.
 */
export function addSample(
  cells: VitalCells,
  panes: Float32Array,
  vital: number,
  value: number,
  atMs: number,
): boolean {
  const pane = Math.floor(atMs / OPEN_MS);
  const seconds = (atMs - pane * OPEN_MS) / 1000;
  const open = openAt(vital);
  const newest = cells[open]!;
  if (pane === newest) {
    addToPane(cells, open + 1, value, seconds);
    return false;
  }
  if (pane > newest) {
    if (newest !== Number.NEGATIVE_INFINITY) endPane(cells, panes, vital, newest, pane);
    for (let ladder = 1; ladder < LADDERS.length; ladder++) {
      moveOn(panes, vital, ladder, Math.floor(atMs / LADDERS[ladder]!.paneMs));
    }
    cells[open] = pane;
    cells.fill(0, open + 1, open + OPEN_SIZE);
    addToPane(cells, open + 1, value, seconds);
    return true;
  }
  standing.delete(panes);
  if (newest - pane < LADDERS[0]!.panes) addToPane(panes, paneAt(vital, 0, pane), value, seconds);
  for (let ladder = 1; ladder < LADDERS.length; ladder++) addLate(panes, vital, ladder, value, atMs);
  return false;
}

/** The open pane takes its place among the ended ones, the coarser ladders take it in, and those up to `next` were empty. */
function endPane(cells: VitalCells, panes: Float32Array, vital: number, ended: number, next: number): void {
  const from = openAt(vital) + 1;
  const startMs = ended * OPEN_MS;
  for (let ladder = 1; ladder < LADDERS.length; ladder++) {
    const { paneMs } = LADDERS[ladder]!;
    const into = Math.floor(startMs / paneMs);
    mergePane(panes, paneAt(vital, ladder, into), cells, from, (startMs - into * paneMs) / 1000);
  }
  const to = paneAt(vital, 0, ended);
  for (let cell = 0; cell < PANE_SIZE; cell++) panes[to + cell] = cells[from + cell]!;
  for (let emptied = Math.max(ended + 1, next - RINGS[0]!); emptied < next; emptied++) {
    const at = paneAt(vital, 0, emptied);
    panes.fill(0, at, at + PANE_SIZE);
  }
}

function addLate(panes: Float32Array, vital: number, ladder: number, value: number, atMs: number): void {
  const { paneMs, panes: kept } = LADDERS[ladder]!;
  const pane = Math.floor(atMs / paneMs);
  if (pane <= numberAt(panes, newestAt(vital, ladder)) - kept) return;
  addToPane(panes, paneAt(vital, ladder, pane), value, (atMs - pane * paneMs) / 1000);
}

function moveOn(panes: Float32Array, vital: number, ladder: number, pane: number): void {
  const newest = numberAt(panes, newestAt(vital, ladder));
  if (pane <= newest) return;
  const { panes: kept } = LADDERS[ladder]!;
  for (let emptied = Math.max(newest + 1, pane - kept + 1); emptied <= pane; emptied++) {
    const at = paneAt(vital, ladder, emptied);
    panes.fill(0, at, at + PANE_SIZE);
  }
  setNumber(panes, newestAt(vital, ladder), pane);
}

/** Into an open pane or an ended one. */
function addToPane(panes: VitalCells | Float32Array, at: number, value: number, seconds: number): void {
  const count = panes[at + COUNT]! + 1;
  const delta = value - panes[at + MEAN]!;
  const timeDelta = seconds - panes[at + TIME_MEAN]!;
  const mean = panes[at + MEAN]! + delta / count;
  const timeMean = panes[at + TIME_MEAN]! + timeDelta / count;
  panes[at + COUNT] = count;
  panes[at + MEAN] = Math.fround(mean);
  panes[at + SQUARES] = Math.fround(panes[at + SQUARES]! + delta * (value - mean));
  panes[at + TIME_MEAN] = Math.fround(timeMean);
  panes[at + TIME_SQUARES] = Math.fround(panes[at + TIME_SQUARES]! + timeDelta * (seconds - timeMean));
  panes[at + CO_MOMENT] = Math.fround(panes[at + CO_MOMENT]! + timeDelta * (value - mean));
  if (count === 1 || value < panes[at + MIN]!) panes[at + MIN] = Math.fround(value);
  if (count === 1 || value > panes[at + MAX]!) panes[at + MAX] = Math.fround(value);
}

/** Merges an open pane into another (Chan, Golub and LeVeque); `laterS` is how much later its times are counted from. */
function mergePane(panes: Float32Array, to: number, cells: VitalCells, from: number, laterS: number): void {
  const added = cells[from + COUNT]!;
  if (added === 0) return;
  const count = panes[to + COUNT]!;
  const total = count + added;
  const delta = cells[from + MEAN]! - panes[to + MEAN]!;
  const timeDelta = cells[from + TIME_MEAN]! + laterS - panes[to + TIME_MEAN]!;
  const weight = (count * added) / total;
  panes[to + MIN] = count === 0 ? cells[from + MIN]! : Math.min(panes[to + MIN]!, cells[from + MIN]!);
  panes[to + MAX] = count === 0 ? cells[from + MAX]! : Math.max(panes[to + MAX]!, cells[from + MAX]!);
  panes[to + COUNT] = total;
  panes[to + MEAN]! += (delta * added) / total;
  panes[to + SQUARES]! += cells[from + SQUARES]! + delta * delta * weight;
  panes[to + TIME_MEAN]! += (timeDelta * added) / total;
  panes[to + TIME_SQUARES]! += cells[from + TIME_SQUARES]! + timeDelta * timeDelta * weight;
  panes[to + CO_MOMENT]! += cells[from + CO_MOMENT]! + delta * timeDelta * weight;
}

/** The aggregates of a ladder's windows that end at `endMs`, by vital and window; undefined where one is not known. */
interface Standing {
  endMs: number;
  readonly aggregates: (RollingAggregate | undefined)[];
}

/**
 * Aggregates that stay as they are until their ladder's next pane boundary, by ladder, by the panes they are of: the hour's is otherwise put
 * together from twelve panes every 10 s, to the same end. Nothing that counts lies here: without it they are computed again.
 */
const standing = new WeakMap<Float32Array, readonly Standing[]>();

const newStanding = (): Standing => ({
  endMs: Number.NaN,
  aggregates: Array.from({ length: VITALS.length * WINDOWS.length }, () => undefined),
});

/** Where each ladder's windows end as of `nowMs`, and what is known of them. */
function standingAt(panes: Float32Array, nowMs: number): readonly Standing[] {
  let ladders = standing.get(panes);
  if (ladders === undefined) standing.set(panes, (ladders = LADDERS.map(newStanding)));
  for (let ladder = 0; ladder < LADDERS.length; ladder++) {
    const { paneMs } = LADDERS[ladder]!;
    const endMs = Math.floor(nowMs / paneMs) * paneMs;
    const known = ladders[ladder]!;
    if (known.endMs === endMs) continue;
    known.endMs = endMs;
    known.aggregates.fill(undefined);
  }
  return ladders;
}

/** Each window that holds a sample, of each vital that was ever measured, as of `nowMs` (event time). */
export function rollingAt(
  cells: VitalCells,
  panes: Float32Array,
  nowMs: number,
): Partial<Record<VitalName, RollingAggregates>> {
  const rolling: Partial<Record<VitalName, RollingAggregates>> = {};
  const ladders = standingAt(panes, nowMs);
  for (let vital = 0; vital < VITALS.length; vital++) {
    if (cells[openAt(vital)] === Number.NEGATIVE_INFINITY) continue;
    rolling[VITALS[vital]!] = aggregatesAt(cells, panes, vital, ladders);
  }
  return rolling;
}

function aggregatesAt(
  cells: VitalCells,
  panes: Float32Array,
  vital: number,
  ladders: readonly Standing[],
): RollingAggregates {
  const minute = aggregateAt(cells, panes, vital, 0, ladders);
  const five = aggregateAt(cells, panes, vital, 1, ladders);
  const quarter = aggregateAt(cells, panes, vital, 2, ladders);
  const hour = aggregateAt(cells, panes, vital, 3, ladders);
  // The usual case, in the shape it will have.
  if (minute && five && quarter && hour) return { '1m': minute, '5m': five, '15m': quarter, '60m': hour };
  return {
    ...(minute && { '1m': minute }),
    ...(five && { '5m': five }),
    ...(quarter && { '15m': quarter }),
    ...(hour && { '60m': hour }),
  };
}

/** `index`: of the window, in WINDOWS. */
function aggregateAt(
  cells: VitalCells,
  panes: Float32Array,
  vital: number,
  index: number,
  ladders: readonly Standing[],
): RollingAggregate | undefined {
  const { ladder, panes: length } = WINDOWS[index]!;
  const { endMs, aggregates } = ladders[ladder]!;
  // The shortest window is another one each time that anybody asks.
  if (ladder === 0) return aggregateOf(cells, panes, vital, ladder, length, endMs);
  const place = vital * WINDOWS.length + index;
  const known = aggregates[place];
  if (known !== undefined) return known;
  const aggregate = aggregateOf(cells, panes, vital, ladder, length, endMs);
  // An open pane that ended by the clock alone may still take samples in.
  if (cells[openAt(vital)]! * OPEN_MS >= endMs) aggregates[place] = aggregate;
  return aggregate;
}

/** The mean of the 10 s pane before the one being filled; undefined where it holds no sample. */
export function endedPaneMean(cells: VitalCells, panes: Float32Array, vital: number): number | undefined {
  const at = paneAt(vital, 0, cells[openAt(vital)]! - 1);
  return panes[at + COUNT]! > 0 ? fromFloat32(panes[at + MEAN]!) : undefined;
}

/** The lowest and highest mean of a minute among the minutes that reach into (nowMs - withinMs, nowMs]; 15 min at most. */
export function minuteExtremes(
  panes: Float32Array,
  vital: number,
  nowMs: number,
  withinMs: number,
): { readonly min: number; readonly max: number } | undefined {
  const { paneMs, panes: kept } = LADDERS[1]!;
  const newest = numberAt(panes, newestAt(vital, 1));
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const first = Math.max(Math.floor((nowMs - withinMs) / paneMs), newest - kept + 1);
  for (let pane = first; pane <= newest; pane++) {
    const at = paneAt(vital, 1, pane);
    if (!(panes[at + COUNT]! > 0)) continue;
    min = Math.min(min, panes[at + MEAN]!);
    max = Math.max(max, panes[at + MEAN]!);
  }
  return min > max ? undefined : { min: fromFloat32(min), max: fromFloat32(max) };
}

/** The open pane while it is looked at as one of the ended ones. */
const openPane = new Float32Array(PANE_SIZE);

/** Times are counted from the window's end. Sums stay in local numbers: this is done for each vital of each patient every 10 s. */
function aggregateOf(
  cells: VitalCells,
  panes: Float32Array,
  vital: number,
  ladder: number,
  length: number,
  endMs: number,
): RollingAggregate | undefined {
  const { paneMs, panes: kept } = LADDERS[ladder]!;
  const end = endMs / paneMs;
  const open = cells[openAt(vital)]!;
  const newest = ladder === 0 ? open : numberAt(panes, newestAt(vital, ladder));
  // The open pane lies in no ring yet: it comes behind the ended ones.
  const first = Math.max(end - length, newest - kept + 1);
  const last = Math.min(end, ladder === 0 ? newest : newest + 1);
  const openMs = open * OPEN_MS;
  const takesOpen = openMs >= endMs - length * paneMs && openMs < endMs;
  const steps = takesOpen ? last + 1 : last;
  if (takesOpen) openPane.set(cells.subarray(openAt(vital) + 1, openAt(vital) + OPEN_SIZE));
  let count = 0;
  let mean = 0;
  let squares = 0;
  let min = 0;
  let max = 0;
  let timeMean = 0;
  let timeSquares = 0;
  let coMoment = 0;
  for (let pane = first; pane < steps; pane++) {
    const isOpen = pane === last;
    const from = isOpen ? openPane : panes;
    const at = isOpen ? 0 : paneAt(vital, ladder, pane);
    const added = from[at + COUNT]!;
    if (added === 0) continue;
    const laterS = (isOpen ? openMs - endMs : (pane - end) * paneMs) / 1000;
    const total = count + added;
    const delta = from[at + MEAN]! - mean;
    const timeDelta = from[at + TIME_MEAN]! + laterS - timeMean;
    const weight = (count * added) / total;
    if (count === 0 || from[at + MIN]! < min) min = from[at + MIN]!;
    if (count === 0 || from[at + MAX]! > max) max = from[at + MAX]!;
    count = total;
    mean += (delta * added) / total;
    squares += from[at + SQUARES]! + delta * delta * weight;
    timeMean += (timeDelta * added) / total;
    timeSquares += from[at + TIME_SQUARES]! + timeDelta * timeDelta * weight;
    coMoment += from[at + CO_MOMENT]! + delta * timeDelta * weight;
  }
  if (count === 0) return undefined;
  return {
    endMs,
    count,
    min: fromFloat32(min),
    max: fromFloat32(max),
    mean: fromFloat32(mean),
    standardDeviation: count < 2 ? 0 : fromFloat32(Math.sqrt(Math.max(0, squares) / (count - 1))),
    // Adding 0 leaves no negative zero.
    slopePerMinute: timeSquares > 0 ? fromFloat32((coMoment / timeSquares) * 60) + 0 : undefined,
  };
}
