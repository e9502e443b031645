import { VALIDITIES, type Validity } from './quality.ts';
import { VITALS, type VitalName } from './vital.ts';

/** A vital as it was measured last. */
export interface LatestVital {
  readonly value: number;
  /** Event time, unix ms. */
  readonly measuredAtMs: number;
  readonly validity: Validity;
}

/**
 * The latest of each vital as numbers in one array, in the order of VITALS: all values, then all event times (unix ms; -infinity where the vital was
 * never measured, and its other numbers say nothing), then all validities (indexes of VALIDITIES). There is one for each patient, and another a second later: as objects, a
 * collector would move four times as much about.
 */
export type LatestVitals = readonly number[];

const COUNT = VITALS.length;
const NOTHING: LatestVitals = Object.freeze([
  ...VITALS.map(() => Number.NaN),
  ...VITALS.map(() => Number.NEGATIVE_INFINITY),
  ...VITALS.map(() => 0),
]);

/** From the place `from` on in an array that holds them in the same order. */
export function copyLatest(cells: Float64Array, from: number): LatestVitals {
  const latest = NOTHING.slice();
  for (let at = 0; at < latest.length; at++) latest[at] = cells[from + at]!;
  return latest;
}

export function packLatest(vitals: Readonly<Partial<Record<VitalName, LatestVital>>>): LatestVitals {
  const latest = NOTHING.slice();
  for (const [vital, name] of VITALS.entries()) {
    const measured = vitals[name];
    if (measured === undefined) continue;
    latest[vital] = measured.value;
    latest[COUNT + vital] = measured.measuredAtMs;
    latest[2 * COUNT + vital] = VALIDITIES.indexOf(measured.validity);
  }
  return latest;
}

/** `vital`: its index in VITALS. Undefined where it was never measured. */
export function latestOf(latest: LatestVitals, vital: number): LatestVital | undefined {
  const measuredAtMs = latest[COUNT + vital]!;
  if (measuredAtMs === Number.NEGATIVE_INFINITY) return undefined;
  const validity = VALIDITIES[latest[2 * COUNT + vital]!] ?? 'questionable';
  return { value: latest[vital]!, measuredAtMs, validity };
}
