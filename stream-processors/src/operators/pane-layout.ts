import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { OPEN_PANES, OPEN_SIZE } from './vital-cells.ts';

/**
 * Samples of each vital are kept as panes, aligned to the epoch: 10 s panes for the 1-minute window, 1-minute panes for 5 and 15 minutes,
 * 5-minute panes for the hour. A late sample goes to its own pane as long as that is kept (the length of the longest window of its
 * panes); an older one is left out. Bounded: 36 panes a vital, 7 KB a patient, whatever the rate.
 *
 * Panes are 32-bit floats, as values are on the wire: half the state, and of the checkpoint that holds it. Counts and extremes are exact,
 * means to 1e-4 of the vital's unit.
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

// Of a pane: count, value's mean, sum of squares, min, max; time's mean (s since the pane's start), sum of squares; co-moment.
export const PANE_SIZE = 8;
export const COUNT = 0;
export const MEAN = 1;
export const SQUARES = 2;
export const MIN = 3;
export const MAX = 4;
export const TIME_MEAN = 5;
export const TIME_SQUARES = 6;
export const CO_MOMENT = 7;

export const OPEN_MS = 10_000;

/** Ended 10 s panes, and the panes of the coarser ladders; each ladder a ring. */
export const RINGS: readonly number[] = LADDERS.map(({ panes }, ladder) =>
  ladder === 0 ? panes - 1 : panes,
);
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

export const numberAt = (panes: Float32Array, at: number): number => panes[at]! * HALF + panes[at + 1]!;

export function setNumber(panes: Float32Array, at: number, pane: number): void {
  const high = Math.floor(pane / HALF);
  panes[at] = high;
  panes[at + 1] = pane - high * HALF;
}

/** The cell of the open pane's number, -infinity where the vital was never measured; the pane follows. */
export const openAt = (vital: number): number => OPEN_PANES + vital * OPEN_SIZE;

export const newestAt = (vital: number, ladder: number): number => vital * VITAL_SIZE + (ladder - 1) * 2;

/** Pane numbers have 32 bits until the year 2650: the remainder of whole numbers takes a tenth of that of any. */
export const paneAt = (vital: number, ladder: number, pane: number): number =>
  vital * VITAL_SIZE + BASES[ladder]! + ((pane | 0) % RINGS[ladder]!) * PANE_SIZE;
