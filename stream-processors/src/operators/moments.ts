/**
 * Count, mean, spread and extremes of values, several side by side in one Float64Array: a window of a patient is one object, not thirty.
 * Welford's update keeps the sum of squares about the mean exact for values that are large and close together.
 */
export const MOMENTS_SIZE = 5;

const COUNT = 0;
const MEAN = 1;
const SQUARES = 2;
const MIN = 3;
const MAX = 4;

export const newMoments = (series: number): Float64Array => new Float64Array(series * MOMENTS_SIZE);

export function addValue(moments: Float64Array, series: number, value: number): void {
  const at = series * MOMENTS_SIZE;
  const count = moments[at + COUNT]! + 1;
  const mean = moments[at + MEAN]!;
  const delta = value - mean;
  const newMean = mean + delta / count;
  moments[at + COUNT] = count;
  moments[at + MEAN] = newMean;
  moments[at + SQUARES]! += delta * (value - newMean);
  if (count === 1 || value < moments[at + MIN]!) moments[at + MIN] = value;
  if (count === 1 || value > moments[at + MAX]!) moments[at + MAX] = value;
}

export interface MomentStatistics {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  /** Of the sample (n − 1); 0 for a single value. */
  readonly standardDeviation: number;
}

/** Undefined where there is no value. */
export function statisticsOf(moments: Float64Array, series: number): MomentStatistics | undefined {
  const at = series * MOMENTS_SIZE;
  const count = moments[at + COUNT]!;
  if (count === 0) return undefined;
  return {
    count,
    mean: moments[at + MEAN]!,
    min: moments[at + MIN]!,
    max: moments[at + MAX]!,
    standardDeviation: count < 2 ? 0 : Math.sqrt(Math.max(0, moments[at + SQUARES]!) / (count - 1)),
  };
}
