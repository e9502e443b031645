import type { VitalName } from '@vitalwire/core/vitals/vital.ts';
import type { Accepted } from './accepted.ts';

/** A value that may be counted with; `place` among the readings it was taken from. */
export interface Sample {
  readonly value: number;
  readonly atMs: number;
  readonly place: number;
}

/** Measured values that may be counted with; a questionable one may. */
export function usable(readings: readonly Accepted[], vital: VitalName): Sample[] {
  const samples: Sample[] = [];
  for (const [place, { vitals, validity, atMs }] of readings.entries()) {
    const value = vitals[vital];
    const mark = validity[vital];
    if (value === undefined || mark === 'invalid' || mark === 'not_available') continue;
    samples.push({ value, atMs, place });
  }
  return samples;
}

export const near = (is: number, ought: number, tolerance: number): boolean =>
  Math.abs(is - ought) <= tolerance;
