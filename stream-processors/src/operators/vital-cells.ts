import { VITALS } from '@vitalwire/core/vitals/vital.ts';

/**
 * All that the operators remember of a patient's vitals in numbers, in one array: every reading needs all of it, and one stretch of memory is
 * there at once, where five arrays had to be looked up one after the other. Each operator's file says what its own cells mean; nobody
 * else touches them. Each group has a cell for each vital, in the order of VITALS.
 */
export type VitalCells = Float64Array;

const GROUP = VITALS.length;

// sampling.ts
export const JUDGED_AT = 0;
export const INTERVAL = GROUP;
/** The first groups, which a history of readings that came too late has of its own. */
export const SAMPLING_CELLS = 2 * GROUP;

// latest-vitals.ts, in the order of LatestVitals
export const LATEST = 2 * GROUP;
export const LATEST_AT = 3 * GROUP;
export const LATEST_VALIDITY = 4 * GROUP;

// judge-stuck.ts
export const SAME = 5 * GROUP;
export const SAME_SINCE = 6 * GROUP;
export const SAME_UNTIL = 7 * GROUP;

// score-values.ts
export const SCORED = 8 * GROUP;
export const SCORED_AT = 9 * GROUP;
export const SCORED_POINTS = 10 * GROUP;

// pane-layout.ts: of each vital its open pane's number, then the eight numbers of the pane
export const OPEN_PANES = 11 * GROUP;
export const OPEN_SIZE = 9;

const ALL_CELLS = OPEN_PANES + OPEN_SIZE * GROUP;

/** Of a patient of whom nothing was measured. */
export function newVitalCells(): VitalCells {
  const cells = new Float64Array(ALL_CELLS);
  const fill = (group: number, value: number): Float64Array => cells.fill(value, group, group + GROUP);
  for (const moments of [JUDGED_AT, LATEST_AT, SCORED_AT]) fill(moments, Number.NEGATIVE_INFINITY);
  for (const values of [SAME, SCORED]) fill(values, Number.NaN);
  fill(SCORED_POINTS, NO_POINTS);
  for (let vital = 0; vital < GROUP; vital++)
    cells[OPEN_PANES + vital * OPEN_SIZE] = Number.NEGATIVE_INFINITY;
  return cells;
}

/** A value that the early-warning score does not count. */
export const NO_POINTS = -1;
