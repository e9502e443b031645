import {
  NEWS2_PARAMETERS,
  news2,
  news2VitalPoints,
  type News2Parameter,
} from '@vitalwire/core/clinical/news2.ts';
import type { LiveScore } from '@vitalwire/core/ports/live-bus.ts';
import type { Consciousness } from '@vitalwire/core/vitals/reading.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { NO_POINTS, SCORED, SCORED_AT, SCORED_POINTS, type VitalCells } from './vital-cells.ts';

/**
 * What the early-warning score rests on: of each parameter the newest usable value by event time, with where it came from. A value is good
 * for 12 h (clinical.md, "Absence"), whatever becomes of the signal meanwhile. The vitals' own values (NaN where there is none), event
 * times and points (NO_POINTS where there are none) are in the cells.
 */
export interface ScoreValues {
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

/** Places in VITALS of those that the chart has. */
const PARAMETERS = [0, 1, 3, 4, 5] as const;

const CHART = 'chart';

export const newScoreValues = (): ScoreValues => ({
  devices: VITALS.map(() => null),
  oxygen: null,
  consciousness: null,
});

/** Takes a usable value; answers whether it counts otherwise than the one before. */
export function takeVital(
  cells: VitalCells,
  values: ScoreValues,
  vital: number,
  value: number,
  atMs: number,
  deviceId: string,
  oxygenScale: 1 | 2,
): boolean {
  const beforeMs = cells[SCORED_AT + vital]!;
  if (atMs <= beforeMs) return false;
  cells[SCORED_AT + vital] = atMs;
  // Away for longer than a value is good, it was missing in between.
  if (atMs - beforeMs >= SCORE_LIFETIME_MS) cells[SCORED_POINTS + vital] = NO_POINTS;
  else if (value === cells[SCORED + vital]) return false;
  cells[SCORED + vital] = value;
  // Nearly always the same one: looking is cheaper than writing.
  if (values.devices[vital] !== deviceId) values.devices[vital] = deviceId;
  const points = news2VitalPoints(VITALS[vital]!, value, oxygenScale, values.oxygen?.value ?? false);
  if (points === undefined || points === cells[SCORED_POINTS + vital]) return false;
  cells[SCORED_POINTS + vital] = points;
  return true;
}

/** The value is no longer believed; answers whether there was one. */
export function dropVital(cells: VitalCells, { devices }: ScoreValues, vital: number): boolean {
  if (Number.isNaN(cells[SCORED + vital])) return false;
  cells[SCORED + vital] = Number.NaN;
  cells[SCORED_POINTS + vital] = NO_POINTS;
  devices[vital] = null;
  return true;
}

/** Takes what was charted, at the bedside's device or (without `deviceId`) in the patient's chart; answers whether it is news. */
export function takeOxygen(
  cells: VitalCells,
  values: ScoreValues,
  value: boolean,
  atMs: number,
  source: string = CHART,
): boolean {
  const before = values.oxygen;
  if (before !== null && atMs <= before.atMs) return false;
  values.oxygen = { value, atMs, source };
  if (before?.value === value) return false;
  recountOxygen(cells);
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
export function recountOxygen(cells: VitalCells): void {
  cells[SCORED_POINTS + VITALS.indexOf('oxygen_saturation')] = NO_POINTS;
}

/** Undefined where no vital is known: a score of nothing but assumptions says nothing. */
export function scoreAt(
  cells: VitalCells,
  values: ScoreValues,
  nowMs: number,
  oxygenScale: 1 | 2,
): StandingScore | undefined {
  const oldestMs = nowMs - SCORE_LIFETIME_MS;
  const pulse = standing(cells, 0, oldestMs);
  const systolic = standing(cells, 1, oldestMs);
  const temperature = standing(cells, 3, oldestMs);
  const oxygenSaturation = standing(cells, 4, oldestMs);
  const respiratoryRate = standing(cells, 5, oldestMs);
  const anything = pulse ?? systolic ?? temperature ?? oxygenSaturation ?? respiratoryRate;
  if (anything === undefined) return undefined;
  const oxygen = charted(values.oxygen, oldestMs);
  const consciousness = charted(values.consciousness, oldestMs);
  const { score, level, points, missing, assumed } = news2({
    pulse,
    systolic,
    temperature,
    oxygenSaturation,
    respiratoryRate,
    supplementalOxygen: oxygen?.value,
    consciousness: consciousness?.value ?? 'unknown',
    oxygenScale,
  });
  const sources = sourcesOf(cells, values, oldestMs, oxygen?.source, consciousness?.source);
  const partial = missing.length > 0;
  const nothingOutlived =
    (oxygen !== undefined || values.oxygen === null) &&
    (consciousness !== undefined || values.consciousness === null);
  if (nothingOutlived) return { live: { score, level, partial }, factors: points, assumed, sources };
  const isOutlived = (parameter: News2Parameter): boolean =>
    parameter === 'consciousness' ? values.consciousness !== null : values.oxygen !== null;
  // Charted once and too old is missing: only what was never charted is assumed.
  const factors = { ...points };
  for (const parameter of assumed) if (isOutlived(parameter)) delete factors[parameter];
  return {
    live: { score, level, partial: true },
    factors,
    assumed: assumed.filter((parameter) => !isOutlived(parameter)),
    sources,
  };
}

function standing(cells: VitalCells, vital: number, oldestMs: number): number | undefined {
  const value = cells[SCORED + vital]!;
  return Number.isNaN(value) || cells[SCORED_AT + vital]! <= oldestMs ? undefined : value;
}

const charted = <T>(entry: ChartedValue<T> | null, oldestMs: number): ChartedValue<T> | undefined =>
  entry === null || entry.atMs <= oldestMs ? undefined : entry;

/** Where the score's values came from, in alphabetical order. */
function sourcesOf(
  cells: VitalCells,
  values: ScoreValues,
  oldestMs: number,
  oxygen: string | undefined,
  consciousness: string | undefined,
): readonly string[] {
  const sources: string[] = [];
  for (let index = 0; index < PARAMETERS.length; index++) {
    const vital = PARAMETERS[index]!;
    if (standing(cells, vital, oldestMs) !== undefined) add(sources, values.devices[vital]);
  }
  add(sources, oxygen);
  add(sources, consciousness);
  return sources.length < 2 ? sources : sources.sort();
}

function add(sources: string[], source: string | null | undefined): void {
  if (source && !sources.includes(source)) sources.push(source);
}

/** Whether both say the same of the patient; where it came from may differ. */
export function isSameScore(one: StandingScore | null, other: StandingScore | null): boolean {
  if (one === null || other === null) return one === other;
  return (
    one.live.score === other.live.score &&
    one.live.level === other.live.level &&
    one.live.partial === other.live.partial &&
    NEWS2_PARAMETERS.every((parameter) => one.factors[parameter] === other.factors[parameter]) &&
    one.assumed.length === other.assumed.length &&
    one.assumed.every((parameter, index) => parameter === other.assumed[index])
  );
}
