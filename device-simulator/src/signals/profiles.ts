import type { VitalName } from '@vitalwire/core/vitals/vital.ts';
import type { Random } from './random.ts';

type Range = readonly [min: number, max: number];

/** Where the vitals of a kind of patient rest: each patient's own baseline is drawn from these. */
export interface Profile {
  readonly name: string;
  readonly heartbeat: Range;
  readonly bloodPressureSystolic: Range;
  /** Diastolic as a share of systolic. */
  readonly diastolicShare: Range;
  /** °F */
  readonly temperature: Range;
  readonly oxygenSaturation: Range;
  readonly respiratoryRate: Range;
  /** Whether blood pressure is measured. */
  readonly hasCuff: boolean;
}

/** Resting adults on a ward, well inside the default adult limits, so that what a scenario does is all that alarms. */
export const ADULT: Profile = {
  name: 'adult',
  heartbeat: [66, 90],
  bloodPressureSystolic: [112, 134],
  diastolicShare: [0.61, 0.66],
  temperature: [97.9, 98.9],
  oxygenSaturation: [96, 98.6],
  respiratoryRate: [14, 19],
  hasCuff: true,
};

/** Newborns in an incubator, monitored without a cuff. */
export const NEONATE: Profile = {
  name: 'neonate',
  heartbeat: [136, 142],
  bloodPressureSystolic: [62, 72],
  diastolicShare: [0.58, 0.64],
  temperature: [97.9, 98.9],
  oxygenSaturation: [95, 97],
  respiratoryRate: [44, 50],
  hasCuff: false,
};

export type Baseline = Readonly<Record<VitalName, number>>;

export function drawBaseline(profile: Profile, random: Random): Baseline {
  const draw = ([min, max]: Range): number => random.between(min, max);
  const systolic = draw(profile.bloodPressureSystolic);
  return {
    heartbeat: draw(profile.heartbeat),
    blood_pressure_systolic: systolic,
    blood_pressure_diastolic: systolic * draw(profile.diastolicShare),
    temperature: draw(profile.temperature),
    oxygen_saturation: draw(profile.oxygenSaturation),
    respiratory_rate: draw(profile.respiratoryRate),
  };
}
