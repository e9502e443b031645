import { fromFloat32 } from '@vitalwire/core/vitals/units.ts';
import {
  COUNT,
  CO_MOMENT,
  LADDERS,
  MAX,
  MEAN,
  MIN,
  OPEN_MS,
  PANE_SIZE,
  RINGS,
  SQUARES,
  TIME_MEAN,
  TIME_SQUARES,
  newestAt,
  numberAt,
  openAt,
  paneAt,
  setNumber,
} from './pane-layout.ts';
import { forgetStanding } from './standing-aggregates.ts';
import { OPEN_SIZE, type VitalCells } from './vital-cells.ts';

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
  forgetStanding(panes);
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
