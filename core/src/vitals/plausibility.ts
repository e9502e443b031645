import { VITALS, type VitalName } from './vital.ts';
import type { Reading } from './reading.ts';

/** What a living patient's vital can be (clinical.md, "Plausible ranges"); outside, the reading is rejected. Temperature in °F. */
export const PLAUSIBLE: Readonly<Record<VitalName, readonly [min: number, max: number]>> = {
  heartbeat: [0, 350],
  blood_pressure_systolic: [0, 350],
  blood_pressure_diastolic: [0, 300],
  temperature: [68, 122],
  oxygen_saturation: [0, 100],
  respiratory_rate: [0, 200],
};

/** Why the reading cannot be a measurement, or undefined. NaN and infinity are never values. */
export function implausible(
  reading: Reading,
): { reason: 'not_a_number' | 'implausible_value'; detail: string } | undefined {
  const { vitals } = reading;
  for (const vital of VITALS) {
    const value = vitals[vital];
    if (value === undefined) continue;
    if (!Number.isFinite(value)) return { reason: 'not_a_number', detail: `${vital} is ${value}` };
    const [min, max] = PLAUSIBLE[vital];
    if (value < min || value > max) {
      return { reason: 'implausible_value', detail: `${vital} ${value} is outside ${min}..${max}` };
    }
  }
  const { blood_pressure_systolic: systolic, blood_pressure_diastolic: diastolic } = vitals;
  if (systolic !== undefined && diastolic !== undefined && systolic < diastolic) {
    return { reason: 'implausible_value', detail: `systolic ${systolic} is below diastolic ${diastolic}` };
  }
  return undefined;
}
