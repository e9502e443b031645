import type {
  LiveVitals,
  RollingAggregate,
  RollingAggregates,
  RollingWindow,
} from '@vitalwire/core/ports/live-bus.ts';
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import type { Accepted } from './accepted.ts';
import { near, usable, type Sample } from './usable.ts';

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

/** The newest live event time once the reading at `place` was in. */
interface Moment {
  readonly newestMs: number;
  readonly place: number;
}

type Rolling = Readonly<Partial<Record<VitalName, RollingAggregates>>>;
type Samples = Readonly<Record<VitalName, readonly Sample[]>>;

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
    const samples = samplesOf(readings);
    const moments = momentsOf(readings, liveWithinMs);
    for (const { rolling } of told.filter((one) => one.patientId === patientId)) {
      if (rolling === undefined) continue;
      const [fromMs, toMs] = rangeOf(rolling);
      const possible = moments.filter(({ newestMs }) => newestMs >= fromMs && newestMs < toMs);
      const faults = new Set<string>();
      const isTrue = possible.some((moment) => {
        const fault = faultOf(rolling, samples, moment);
        if (fault !== undefined) faults.add(fault);
        return fault === undefined;
      });
      if (!isTrue)
        violations.push(`rolling aggregates of ${patientId}: ${[...faults].at(-1) ?? 'of no moment'}`);
    }
  }
  return violations;
}

const samplesOf = (readings: readonly Accepted[]): Samples =>
  Object.fromEntries(VITALS.map((vital) => [vital, usable(readings, vital)])) as unknown as Samples;

function momentsOf(readings: readonly Accepted[], liveWithinMs: number): Moment[] {
  let newestMs = Number.NEGATIVE_INFINITY;
  return readings.map(({ atMs, arrivalMs }, place) => {
    if (arrivalMs - atMs <= liveWithinMs) newestMs = Math.max(newestMs, atMs);
    return { newestMs, place };
  });
}

const endOf = (window: RollingWindow, newestMs: number): number => {
  const [, stepMs] = WINDOWS[window];
  return Math.floor(newestMs / stepMs) * stepMs;
};

/** Newest event times by which every window ends where it is said to end. */
function rangeOf(rolling: Rolling): readonly [fromMs: number, toMs: number] {
  let [fromMs, toMs] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const windows of Object.values(rolling)) {
    for (const [window, { endMs }] of Object.entries(windows)) {
      fromMs = Math.max(fromMs, endMs);
      toMs = Math.min(toMs, endMs + WINDOWS[window as RollingWindow][1]);
    }
  }
  return [fromMs, toMs];
}

/** What is not as it ought to be; undefined where all is well. */
function faultOf(rolling: Rolling, samples: Samples, { newestMs, place }: Moment): string | undefined {
  for (const vital of VITALS) {
    for (const window of Object.keys(WINDOWS) as RollingWindow[]) {
      const endMs = endOf(window, newestMs);
      const fromMs = endMs - WINDOWS[window][0];
      const is = rolling[vital]?.[window];
      const within = samples[vital].filter(
        (one) => one.place <= place && one.atMs >= fromMs && one.atMs < endMs,
      );
      if (is === undefined ? within.length === 0 : isOf(is, within)) continue;
      return `${vital} ${window} to ${endMs}: ${JSON.stringify(is)}, not of ${within.length} values`;
    }
  }
  return undefined;
}

function isOf(is: RollingAggregate, samples: readonly Sample[]): boolean {
  if (is.count !== samples.length) return false;
  let [min, max, sum, sumS] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (const { value, atMs } of samples) {
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    sumS += (atMs - is.endMs) / 1_000;
  }
  const [mean, meanS] = [sum / samples.length, sumS / samples.length];
  let [squares, timeSquares, products] = [0, 0, 0];
  for (const { value, atMs } of samples) {
    const seconds = (atMs - is.endMs) / 1_000 - meanS;
    squares += (value - mean) ** 2;
    timeSquares += seconds ** 2;
    products += (value - mean) * seconds;
  }
  const deviation = samples.length < 2 ? 0 : Math.sqrt(squares / (samples.length - 1));
  const slope = (products / timeSquares) * 60;
  return (
    near(is.min, min, TOLERANCE) &&
    near(is.max, max, TOLERANCE) &&
    near(is.mean, mean, TOLERANCE) &&
    near(is.standardDeviation, deviation, DEVIATION_TOLERANCE) &&
    (timeSquares < SPREAD_S ** 2 || near(is.slopePerMinute ?? Number.NaN, slope, SLOPE_TOLERANCE))
  );
}
