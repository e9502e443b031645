import type { VitalName } from '@vitalwire/core/vitals/vital.ts';
import type { Accepted } from './accepted.ts';

/** Measured values that may be counted with; a questionable one may. */
export const usable = (
  readings: readonly Accepted[],
  vital: VitalName,
): { readonly value: number; readonly atMs: number }[] =>
  readings.flatMap(({ vitals, validity, atMs }) => {
    const value = vitals[vital];
    const mark = validity[vital] ?? 'valid';
    return value === undefined || mark === 'invalid' || mark === 'not_available' ? [] : [{ value, atMs }];
  });

export const near = (is: number, ought: number, tolerance: number): boolean =>
  Math.abs(is - ought) <= tolerance;
