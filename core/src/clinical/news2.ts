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

/** Bands as a look-up: the points of each whole number from 0 on; the last entry stands for everything above. */
type PointTable = Int8Array;

/** `perUnit`: entries for each unit of the bands' values. */
function tableOf(bands: Bands, perUnit = 1): PointTable {
  const highest = Math.max(...bands.map(([upTo]) => upTo).filter(Number.isFinite));
  const entries = Math.round(highest * perUnit) + 2;
  return Int8Array.from({ length: entries }, (_, at) => bands.find(([upTo]) => at / perUnit <= upTo)![1]);
}

const RESPIRATORY_RATE_POINTS = tableOf(RESPIRATORY_RATE);
const OXYGEN_SCALE_1_POINTS = tableOf(OXYGEN_SCALE_1);
const OXYGEN_SCALE_2_ON_AIR_POINTS = tableOf(OXYGEN_SCALE_2_ON_AIR);
const OXYGEN_SCALE_2_ON_OXYGEN_POINTS = tableOf(OXYGEN_SCALE_2_ON_OXYGEN);
const SYSTOLIC_POINTS = tableOf(SYSTOLIC);
const PULSE_POINTS = tableOf(PULSE);
const TEMPERATURE_POINTS = tableOf(TEMPERATURE_CELSIUS, 10);

const ON_OXYGEN_POINTS = 2;
const NOT_ALERT_POINTS = 3;

const NONE: readonly News2Parameter[] = Object.freeze([]);
const OXYGEN_ASSUMED: readonly News2Parameter[] = Object.freeze(['supplemental_oxygen']);
const CONSCIOUSNESS_ASSUMED: readonly News2Parameter[] = Object.freeze(['consciousness']);
const BOTH_ASSUMED: readonly News2Parameter[] = Object.freeze(['supplemental_oxygen', 'consciousness']);

/** Called with every change of a vital's band: it makes nothing but what it answers. */
export function news2(input: News2Input): News2Score {
  const { respiratoryRate, oxygenSaturation, systolic, pulse, temperature, consciousness } = input;
  const onOxygen = input.supplementalOxygen ?? false;
  const points: Partial<Record<News2Parameter, number>> = {};
  let missing: News2Parameter[] | undefined;
  if (respiratoryRate === undefined) (missing ??= []).push('respiratory_rate');
  else points.respiratory_rate = pointsOf(Math.round(respiratoryRate), RESPIRATORY_RATE_POINTS);
  if (oxygenSaturation === undefined) (missing ??= []).push('oxygen_saturation');
  else {
    const table = oxygenTable(input.oxygenScale, onOxygen);
    points.oxygen_saturation = pointsOf(Math.round(oxygenSaturation), table);
  }
  points.supplemental_oxygen = onOxygen ? ON_OXYGEN_POINTS : 0;
  if (systolic === undefined) (missing ??= []).push('blood_pressure_systolic');
  else points.blood_pressure_systolic = pointsOf(Math.round(systolic), SYSTOLIC_POINTS);
  if (pulse === undefined) (missing ??= []).push('heartbeat');
  else points.heartbeat = pointsOf(Math.round(pulse), PULSE_POINTS);
  points.consciousness = consciousness === 'alert' || consciousness === 'unknown' ? 0 : NOT_ALERT_POINTS;
  if (temperature === undefined) (missing ??= []).push('temperature');
  else points.temperature = pointsOf(tenthsCelsius(temperature), TEMPERATURE_POINTS);

  let score = 0;
  let highest = 0;
  for (const parameter of NEWS2_PARAMETERS) {
    const counted = points[parameter] ?? 0;
    score += counted;
    if (counted > highest) highest = counted;
  }
  const assumed = assumptions(input.supplementalOxygen === undefined, consciousness === 'unknown');
  return { score, level: levelOf(score, highest), points, missing: missing ?? NONE, assumed };
}

function assumptions(oxygen: boolean, consciousness: boolean): readonly News2Parameter[] {
  if (oxygen) return consciousness ? BOTH_ASSUMED : OXYGEN_ASSUMED;
  return consciousness ? CONSCIOUSNESS_ASSUMED : NONE;
}

/** Points of one measured value, as `news2` counts it; undefined for a vital that the chart does not have. */
export function news2VitalPoints(
  vital: VitalName,
  value: number,
  oxygenScale: 1 | 2,
  onOxygen: boolean,
): number | undefined {
  switch (vital) {
    case 'heartbeat':
      return pointsOf(Math.round(value), PULSE_POINTS);
    case 'blood_pressure_systolic':
      return pointsOf(Math.round(value), SYSTOLIC_POINTS);
    case 'respiratory_rate':
      return pointsOf(Math.round(value), RESPIRATORY_RATE_POINTS);
    case 'oxygen_saturation':
      return pointsOf(Math.round(value), oxygenTable(oxygenScale, onOxygen));
    case 'temperature':
      return pointsOf(tenthsCelsius(value), TEMPERATURE_POINTS);
    case 'blood_pressure_diastolic':
    default:
      return undefined;
  }
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

function oxygenTable(scale: 1 | 2, onOxygen: boolean): PointTable {
  if (scale === 1) return OXYGEN_SCALE_1_POINTS;
  return onOxygen ? OXYGEN_SCALE_2_ON_OXYGEN_POINTS : OXYGEN_SCALE_2_ON_AIR_POINTS;
}

function pointsOf(rounded: number, table: PointTable): number {
  const points = table[Math.min(Math.max(rounded, 0), table.length - 1)];
  if (points === undefined) throw new RangeError(`${rounded} is in no band`);
  return points;
}

/** The chart's resolution of a temperature. */
const tenthsCelsius = (fahrenheit: number): number => Math.round(fahrenheitToCelsius(fahrenheit) * 10);
