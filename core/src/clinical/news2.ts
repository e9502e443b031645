/** NEWS2, the National Early Warning Score (Royal College of Physicians, 2017), by its chart. */
import type { AlertLevel } from '../ports/analytics.ts';
import type { Consciousness } from '../vitals/reading.ts';
import { fahrenheitToCelsius } from '../vitals/units.ts';
import type { VitalName } from '../vitals/vital.ts';

export const NEWS2_PARAMETERS = [
  'respiratory_rate',
  'oxygen_saturation',
  'supplemental_oxygen',
  'blood_pressure_systolic',
  'heartbeat',
  'consciousness',
  'temperature',
] as const;

export type News2Parameter = (typeof NEWS2_PARAMETERS)[number];

/** Values that are still within their lifetime; undefined is missing. */
export interface News2Input {
  /** Breaths/min. */
  readonly respiratoryRate: number | undefined;
  /** % */
  readonly oxygenSaturation: number | undefined;
  /** mmHg */
  readonly systolic: number | undefined;
  /** Beats/min. */
  readonly pulse: number | undefined;
  /** °F, as everywhere inside; the chart's °C are taken here. */
  readonly temperature: number | undefined;
  /** undefined where never charted: air is assumed. */
  readonly supplementalOxygen: boolean | undefined;
  /** `unknown` where never charted: alert is assumed. */
  readonly consciousness: Consciousness;
  /** Scale 2 is a recorded clinical decision for the patient, never inferred. */
  readonly oxygenScale: 1 | 2;
}

export interface News2Score {
  /** 0..20; a lower bound where something is missing. */
  readonly score: number;
  readonly level: AlertLevel;
  /** Points of each parameter that is known or assumed. */
  readonly points: Readonly<Partial<Record<News2Parameter, number>>>;
  readonly missing: readonly News2Parameter[];
  readonly assumed: readonly News2Parameter[];
}

/** Points up to and including each value, rising; the last band has no end. Values are rounded to the chart's resolution first. */
type Bands = readonly (readonly [upTo: number, points: number])[];

const RESPIRATORY_RATE: Bands = [
  [8, 3],
  [11, 1],
  [20, 0],
  [24, 2],
  [Infinity, 3],
];
const OXYGEN_SCALE_1: Bands = [
  [91, 3],
  [93, 2],
  [95, 1],
  [Infinity, 0],
];
const OXYGEN_SCALE_2_ON_AIR: Bands = [
  [83, 3],
  [85, 2],
  [87, 1],
  [Infinity, 0],
];
const OXYGEN_SCALE_2_ON_OXYGEN: Bands = [
  [83, 3],
  [85, 2],
  [87, 1],
  [92, 0],
  [94, 1],
  [96, 2],
  [Infinity, 3],
];
const SYSTOLIC: Bands = [
  [90, 3],
  [100, 2],
  [110, 1],
  [219, 0],
  [Infinity, 3],
];
const PULSE: Bands = [
  [40, 3],
  [50, 1],
  [90, 0],
  [110, 1],
  [130, 2],
  [Infinity, 3],
];
const TEMPERATURE_CELSIUS: Bands = [
  [35.0, 3],
  [36.0, 1],
  [38.0, 0],
  [39.0, 1],
  [Infinity, 2],
];

const BANDS = {
  heartbeat: PULSE,
  blood_pressure_systolic: SYSTOLIC,
  respiratory_rate: RESPIRATORY_RATE,
} as const;

const ON_OXYGEN_POINTS = 2;
const NOT_ALERT_POINTS = 3;

export function news2(input: News2Input): News2Score {
  const onOxygen = input.supplementalOxygen ?? false;
  const points: Partial<Record<News2Parameter, number>> = {};
  const missing: News2Parameter[] = [];
  const band = (parameter: News2Parameter, rounded: number | undefined, bands: Bands): void => {
    if (rounded === undefined) missing.push(parameter);
    else points[parameter] = pointsOf(rounded, bands);
  };
  band('respiratory_rate', whole(input.respiratoryRate), RESPIRATORY_RATE);
  band('oxygen_saturation', whole(input.oxygenSaturation), oxygenBands(input.oxygenScale, onOxygen));
  points.supplemental_oxygen = onOxygen ? ON_OXYGEN_POINTS : 0;
  band('blood_pressure_systolic', whole(input.systolic), SYSTOLIC);
  band('heartbeat', whole(input.pulse), PULSE);
  points.consciousness =
    input.consciousness === 'alert' || input.consciousness === 'unknown' ? 0 : NOT_ALERT_POINTS;
  band('temperature', tenthCelsius(input.temperature), TEMPERATURE_CELSIUS);

  const all = Object.values(points);
  const score = all.reduce((sum, value) => sum + value, 0);
  const assumed: News2Parameter[] = [];
  if (input.supplementalOxygen === undefined) assumed.push('supplemental_oxygen');
  if (input.consciousness === 'unknown') assumed.push('consciousness');
  return { score, level: levelOf(score, Math.max(...all)), points, missing, assumed };
}

/** Points of one measured value, as `news2` counts it; undefined for a vital that the chart does not have. */
export function news2VitalPoints(
  vital: VitalName,
  value: number,
  oxygenScale: 1 | 2,
  onOxygen: boolean,
): number | undefined {
  if (vital === 'blood_pressure_diastolic') return undefined;
  if (vital === 'temperature') return pointsOf(roundedCelsius(value), TEMPERATURE_CELSIUS);
  const bands = vital === 'oxygen_saturation' ? oxygenBands(oxygenScale, onOxygen) : BANDS[vital];
  return pointsOf(Math.round(value), bands);
}

/** Why a patient has no NEWS2 at all, or undefined: it was made for adults who are not pregnant. */
export function news2Exclusion(patient: {
  readonly age: number | undefined;
  readonly pregnant: boolean;
}): string | undefined {
  if (patient.age !== undefined && patient.age < 16) return 'NEWS2 is not for patients under 16';
  if (patient.pregnant) return 'NEWS2 is not for pregnancy';
  return undefined;
}

/** `highest` is the largest points of any one parameter: a single 3 asks for an urgent ward review. */
function levelOf(score: number, highest: number): AlertLevel {
  if (score >= 7) return 'high';
  if (score >= 5) return 'medium';
  return highest >= 3 ? 'low-medium' : 'low';
}

function oxygenBands(scale: 1 | 2, onOxygen: boolean): Bands {
  if (scale === 1) return OXYGEN_SCALE_1;
  return onOxygen ? OXYGEN_SCALE_2_ON_OXYGEN : OXYGEN_SCALE_2_ON_AIR;
}

function pointsOf(value: number, bands: Bands): number {
  for (const [upTo, points] of bands) if (value <= upTo) return points;
  throw new RangeError(`${value} is in no band`);
}

const whole = (value: number | undefined): number | undefined =>
  value === undefined ? undefined : Math.round(value);

const roundedCelsius = (fahrenheit: number): number => Math.round(fahrenheitToCelsius(fahrenheit) * 10) / 10;

const tenthCelsius = (fahrenheit: number | undefined): number | undefined =>
  fahrenheit === undefined ? undefined : roundedCelsius(fahrenheit);
