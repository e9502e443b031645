import type {
  LiveVitals,
  RollingAggregate,
  RollingAggregates,
  RollingWindow,
} from '@vitalwire/core/ports/live-bus.ts';
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import type { Accepted } from './accepted.ts';
import { near, usable } from './usable.ts';

const MINUTE_MS = 60_000;

/** How long each window is, and in which steps it moves. */
const WINDOWS: Readonly<Record<RollingWindow, readonly [lengthMs: number, stepMs: number]>> = {
  '1m': [MINUTE_MS, 10_000],
  '5m': [5 * MINUTE_MS, MINUTE_MS],
  '15m': [15 * MINUTE_MS, MINUTE_MS],
  '60m': [60 * MINUTE_MS, 5 * MINUTE_MS],
};

/** Values come in single precision, and panes keep it. */
const TOLERANCE = 2e-3;
const DEVIATION_TOLERANCE = 1e-2;
/** Times that lie closer together than this tell no slope in single precision. */
const SPREAD_S = 1;
const SLOPE_TOLERANCE = 0.1;

/** Live readings by event time, and how many of the patient's readings had been accepted when each was the newest. */
interface Moment {
  readonly newestMs: number;
  readonly accepted: number;
}

/**
 * Rolling aggregates that screens were told of: each is of what had come, in its order, up to some reading whose event time was the newest
 * then. Which one is not told, for updates are conflated, and some are never seen.
 */
export function checkRolling(
  accepted: readonly Accepted[],
  told: readonly LiveVitals[],
  liveWithinMs: number,
): string[] {
  const violations: string[] = [];
  for (const patientId of new Set(accepted.map((one) => one.patientId))) {
    const readings = accepted.filter((one) => one.patientId === patientId);
    const moments = momentsOf(readings, liveWithinMs);
    for (const { rolling } of told.filter((one) => one.patientId === patientId)) {
      if (rolling === undefined) continue;
      const faults = moments
        .filter(({ newestMs }) => isAsOf(rolling, newestMs))
        .map(({ newestMs, accepted: count }) => faultOf(rolling, readings.slice(0, count), newestMs));
      if (faults.includes(undefined)) continue;
      violations.push(`rolling aggregates of ${patientId}: ${faults.at(-1) ?? 'of no moment'}`);
    }
  }
  return violations;
}

function momentsOf(readings: readonly Accepted[], liveWithinMs: number): Moment[] {
  let newestMs = Number.NEGATIVE_INFINITY;
  return readings.map(({ atMs, arrivalMs }, index) => {
    if (arrivalMs - atMs <= liveWithinMs) newestMs = Math.max(newestMs, atMs);
    return { newestMs, accepted: index + 1 };
  });
}

const endOf = (window: RollingWindow, newestMs: number): number => {
  const [, stepMs] = WINDOWS[window];
  return Math.floor(newestMs / stepMs) * stepMs;
};

const isAsOf = (rolling: NonNullable<LiveVitals['rolling']>, newestMs: number): boolean =>
  Object.values(rolling).every((windows) =>
    Object.entries(windows).every(
      ([window, { endMs }]) => endMs === endOf(window as RollingWindow, newestMs),
    ),
  );

/** What is not as it ought to be; undefined where all is well. */
function faultOf(
  rolling: Readonly<Partial<Record<VitalName, RollingAggregates>>>,
  readings: readonly Accepted[],
  newestMs: number,
): string | undefined {
  for (const vital of VITALS) {
    for (const window of Object.keys(WINDOWS) as RollingWindow[]) {
      const endMs = endOf(window, newestMs);
      const [lengthMs] = WINDOWS[window];
      const within = readings.filter(({ atMs }) => atMs >= endMs - lengthMs && atMs < endMs);
      const is = rolling[vital]?.[window];
      const samples = usable(within, vital);
      if (is === undefined ? samples.length === 0 : isOf(is, samples)) continue;
      return `${vital} ${window} to ${endMs}: ${JSON.stringify(is)}, not of ${samples.length} values`;
    }
  }
  return undefined;
}

interface Sample {
  readonly value: number;
  readonly atMs: number;
}

function isOf(is: RollingAggregate, samples: readonly Sample[]): boolean {
  if (is.count !== samples.length) return false;
  const values = samples.map(({ value }) => value);
  const seconds = samples.map(({ atMs }) => (atMs - is.endMs) / 1_000);
  const [mean, meanS] = [meanOf(values), meanOf(seconds)];
  const sumOf = (term: (index: number) => number): number =>
    samples.reduce((sum, _, index) => sum + term(index), 0);
  const squares = sumOf((index) => ((values[index] ?? 0) - mean) ** 2);
  const timeSquares = sumOf((index) => ((seconds[index] ?? 0) - meanS) ** 2);
  const products = sumOf((index) => ((values[index] ?? 0) - mean) * ((seconds[index] ?? 0) - meanS));
  const deviation = values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1));
  const slope = (products / timeSquares) * 60;
  const toldSlope = is.slopePerMinute ?? Number.NaN;
  return (
    near(is.min, Math.min(...values), TOLERANCE) &&
    near(is.max, Math.max(...values), TOLERANCE) &&
    near(is.mean, mean, TOLERANCE) &&
    near(is.standardDeviation, deviation, DEVIATION_TOLERANCE) &&
    (timeSquares < SPREAD_S ** 2 || near(toldSlope, slope, SLOPE_TOLERANCE))
  );
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
