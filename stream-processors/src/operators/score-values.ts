import {
  NEWS2_PARAMETERS,
  news2,
  news2VitalPoints,
  type News2Parameter,
} from '@vitalwire/core/clinical/news2.ts';
import type { LiveScore } from '@vitalwire/core/ports/live-bus.ts';
import type { Consciousness } from '@vitalwire/core/vitals/reading.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';

/**
 * What the early-warning score rests on: of each parameter the newest usable value by event time, with where it came from. A value is good
 * for 12 h (clinical.md, "Absence"), whatever becomes of the signal meanwhile.
 */
export interface ScoreValues {
  /** In the order of VITALS; NaN where there is none. */
  readonly value: Float64Array;
  readonly atMs: Float64Array;
  /** Points of each value, NO_POINTS where there is none. */
  readonly points: Int8Array;
  /** The device each value came from. */
  readonly devices: (string | null)[];
  oxygen: ChartedValue<boolean> | null;
  consciousness: ChartedValue<Consciousness> | null;
}

interface ChartedValue<T> {
  readonly value: T;
  readonly atMs: number;
  /** A device's id, or `chart`. */
  readonly source: string;
}

/** The score at a moment, as `risk_scores` has it. */
export interface StandingScore {
  readonly live: LiveScore;
  readonly factors: Readonly<Partial<Record<News2Parameter, number>>>;
  readonly assumed: readonly News2Parameter[];
  readonly sources: readonly string[];
}

export const SCORE_LIFETIME_MS = 12 * 3_600_000;

const NO_POINTS = -1;
const CHART = 'chart';

export const newScoreValues = (): ScoreValues => ({
  value: new Float64Array(VITALS.length).fill(Number.NaN),
  atMs: new Float64Array(VITALS.length).fill(Number.NEGATIVE_INFINITY),
  points: new Int8Array(VITALS.length).fill(NO_POINTS),
  devices: VITALS.map(() => null),
  oxygen: null,
  consciousness: null,
});

/** Takes a usable value; answers whether it counts otherwise than the one before. */
export function takeVital(
  values: ScoreValues,
  vital: number,
  value: number,
  atMs: number,
  deviceId: string,
  oxygenScale: 1 | 2,
): boolean {
  const beforeMs = values.atMs[vital]!;
  if (atMs <= beforeMs) return false;
  // Away for longer than a value is good, it was missing in between.
  if (atMs - beforeMs >= SCORE_LIFETIME_MS) values.points[vital] = NO_POINTS;
  else if (value === values.value[vital]) {
    values.atMs[vital] = atMs;
    return false;
  }
  values.atMs[vital] = atMs;
  values.value[vital] = value;
  values.devices[vital] = deviceId;
  const points = news2VitalPoints(VITALS[vital]!, value, oxygenScale, values.oxygen?.value ?? false);
  if (points === undefined || points === values.points[vital]) return false;
  values.points[vital] = points;
  return true;
}

/** What a value that is no longer believed counted for. */
export function dropVital(values: ScoreValues, vital: number): void {
  values.value[vital] = Number.NaN;
  values.points[vital] = NO_POINTS;
  values.devices[vital] = null;
}

/** Takes what was charted, at the bedside's device or (without `deviceId`) in the patient's chart; answers whether it is news. */
export function takeOxygen(
  values: ScoreValues,
  value: boolean,
  atMs: number,
  source: string = CHART,
): boolean {
  const before = values.oxygen;
  if (before !== null && atMs <= before.atMs) return false;
  values.oxygen = { value, atMs, source };
  if (before?.value === value) return false;
  recountOxygen(values);
  return true;
}

export function takeConsciousness(
  values: ScoreValues,
  value: Consciousness,
  atMs: number,
  source: string = CHART,
): boolean {
  const before = values.consciousness;
  if (before !== null && atMs <= before.atMs) return false;
  values.consciousness = { value, atMs, source };
  return before?.value !== value;
}

/** How SpO₂ counts has changed: whatever comes next counts otherwise than before. */
export function recountOxygen(values: ScoreValues): void {
  values.points[VITALS.indexOf('oxygen_saturation')] = NO_POINTS;
}

/** Undefined where no vital is known: a score of nothing but assumptions says nothing. */
export function scoreAt(values: ScoreValues, nowMs: number, oxygenScale: 1 | 2): StandingScore | undefined {
  const oldestMs = nowMs - SCORE_LIFETIME_MS;
  const sources: string[] = [];
  const vital = (index: number): number | undefined => {
    const value = values.value[index]!;
    if (Number.isNaN(value) || values.atMs[index]! <= oldestMs) return undefined;
    const device = values.devices[index];
    if (device && !sources.includes(device)) sources.push(device);
    return value;
  };
  const charted = <T>(entry: ChartedValue<T> | null): T | undefined => {
    if (entry === null || entry.atMs <= oldestMs) return undefined;
    if (!sources.includes(entry.source)) sources.push(entry.source);
    return entry.value;
  };
  const measured = {
    pulse: vital(0),
    systolic: vital(1),
    temperature: vital(3),
    oxygenSaturation: vital(4),
    respiratoryRate: vital(5),
  };
  if (Object.values(measured).every((value) => value === undefined)) return undefined;
  const { score, level, points, missing, assumed } = news2({
    ...measured,
    supplementalOxygen: charted(values.oxygen),
    consciousness: charted(values.consciousness) ?? 'unknown',
    oxygenScale,
  });
  // Charted once and too old is missing: only what was never charted is assumed.
  const outlived = assumed.filter((parameter) =>
    parameter === 'consciousness' ? values.consciousness !== null : values.oxygen !== null,
  );
  const factors = { ...points };
  for (const parameter of outlived) delete factors[parameter];
  return {
    live: { score, level, partial: missing.length + outlived.length > 0 },
    factors,
    assumed: assumed.filter((parameter) => !outlived.includes(parameter)),
    sources: sources.sort(),
  };
}

/** Whether both say the same of the patient; where it came from may differ. */
export function isSameScore(one: StandingScore | null, other: StandingScore | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.live.score === other.live.score &&
    one.live.level === other.live.level &&
    one.live.partial === other.live.partial &&
    NEWS2_PARAMETERS.every((parameter) => one.factors[parameter] === other.factors[parameter]) &&
    one.assumed.join() === other.assumed.join()
  );
}
