/** The API's points as columns a chart draws: gaps are gaps, a tier's extremes stay beside its mean. Pure. */
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import { artefactAt, valueAt, type VitalsPoint, type VitalsSeries } from '../api/client.ts';
import type { Vitals } from '../feed/patient.ts';
import { isIntermittent } from '../vital-text.ts';

export type Resolution = VitalsSeries['resolution'];

export interface Sample {
  readonly atMs: number;
  readonly values: Readonly<Partial<Record<VitalName, SampleValue>>>;
  /** Values that were no measurement. */
  readonly artefacts: Readonly<Partial<Record<VitalName, number>>>;
  /** It reached the server so late that nobody could have been told in time. */
  readonly arrivedLate: boolean;
}

const NO_ARTEFACTS: Sample['artefacts'] = {};

export interface SampleValue {
  readonly mean: number;
  /** Of a tier's window; undefined in raw data. */
  readonly min: number | undefined;
  readonly max: number | undefined;
}

/** Times, then for each vital of the chart its mean, minimum and maximum. */
export type Columns = [times: number[], ...values: (number | null)[][]];

const TIER_MS: Readonly<Record<Resolution, number>> = { raw: 0, '5m': 300_000, '1h': 3_600_000 };

/** As the technical alarm has it; what is measured seldom (a cuff, a slow device) is given three of its usual periods. */
const SILENCE_MS = 30_000;

export function toSamples(points: readonly VitalsPoint[]): Sample[] {
  return points.map((point) => {
    const values: Partial<Record<VitalName, SampleValue>> = {};
    let artefacts = NO_ARTEFACTS;
    for (const vital of VITALS) {
      const mean = valueAt(point, vital);
      const marked = mean === undefined ? artefactAt(point, vital) : undefined;
      if (marked !== undefined) artefacts = { ...artefacts, [vital]: marked };
      if (mean === undefined) continue;
      values[vital] = { mean, min: number(point[`${vital}_min`]), max: number(point[`${vital}_max`]) };
    }
    return {
      atMs: Date.parse(point.at),
      values,
      artefacts,
      arrivedLate: point.received_at !== undefined,
    };
  });
}

/** What of the live vitals is newer than the samples; undefined where nothing is. */
export function liveSample(
  vitals: Vitals,
  lastMs: Readonly<Partial<Record<VitalName, number>>>,
): Sample | undefined {
  const values: Partial<Record<VitalName, SampleValue>> = {};
  const artefacts: Partial<Record<VitalName, number>> = {};
  let atMs = -Infinity;
  for (const vital of VITALS) {
    const measured = vitals[vital];
    if (measured === undefined || measured.measuredAtMs <= (lastMs[vital] ?? -Infinity)) continue;
    if (measured.validity === 'not_available') continue;
    atMs = Math.max(atMs, measured.measuredAtMs);
    if (measured.validity === 'invalid') {
      artefacts[vital] = measured.value;
      continue;
    }
    values[vital] = { mean: measured.value, min: undefined, max: undefined };
  }
  return atMs === -Infinity ? undefined : { atMs, values, artefacts, arrivedLate: false };
}

/** When each vital was last measured in the samples. */
export function lastMoments(samples: readonly Sample[]): Partial<Record<VitalName, number>> {
  const last: Partial<Record<VitalName, number>> = {};
  for (const { atMs, values, artefacts } of samples) {
    for (const vital of VITALS) {
      if (values[vital] !== undefined || artefacts[vital] !== undefined) last[vital] = atMs;
    }
  }
  return last;
}

export function toColumns(
  samples: readonly Sample[],
  vitals: readonly VitalName[],
  resolution: Resolution,
): Columns {
  const held = samples.filter(({ values }) => vitals.some((vital) => values[vital] !== undefined));
  const gapMs = longestStepMs(held, vitals, resolution);
  const times: number[] = [];
  const columns = vitals.flatMap(() => [[], [], []] as (number | null)[][]);
  const push = (atMs: number, values: Sample['values']): void => {
    times.push(atMs);
    vitals.forEach((vital, index) => {
      const value = values[vital];
      columns[index * 3]?.push(value?.mean ?? null);
      columns[index * 3 + 1]?.push(value?.min ?? null);
      columns[index * 3 + 2]?.push(value?.max ?? null);
    });
  };
  let previousMs: number | undefined;
  for (const { atMs, values } of held) {
    if (previousMs !== undefined && atMs - previousMs > gapMs) push(previousMs + 1, {});
    push(atMs, values);
    previousMs = atMs;
  }
  return [times, ...columns];
}

/** A longer step between two samples is a gap. A tier misses no window of what is measured all the time. */
function longestStepMs(
  samples: readonly Sample[],
  vitals: readonly VitalName[],
  resolution: Resolution,
): number {
  const windowMs = TIER_MS[resolution] * 1.5;
  if (resolution !== 'raw' && !vitals.some(isIntermittent)) return windowMs;
  const steps = samples
    .slice(1)
    .map(({ atMs }, index) => atMs - (samples[index]?.atMs ?? atMs))
    .sort((a, b) => a - b);
  const usualMs = steps[Math.floor((steps.length - 1) / 2)] ?? 0;
  return Math.max(SILENCE_MS, windowMs, usualMs * 3);
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
