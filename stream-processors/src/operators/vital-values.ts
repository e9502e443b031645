import type { VitalValues } from '@vitalwire/core/vitals/vital.ts';

/** Writes the values in the order of VITALS, NaN where there is none: operators then loop over numbers, not over names. */
export function readValues(vitals: VitalValues, into: Float64Array): void {
  into[0] = vitals.heartbeat ?? Number.NaN;
  into[1] = vitals.blood_pressure_systolic ?? Number.NaN;
  into[2] = vitals.blood_pressure_diastolic ?? Number.NaN;
  into[3] = vitals.temperature ?? Number.NaN;
  into[4] = vitals.oxygen_saturation ?? Number.NaN;
  into[5] = vitals.respiratory_rate ?? Number.NaN;
}
