import { INTERVAL, JUDGED_AT, SAMPLING_CELLS } from './vital-cells.ts';

/**
 * When each vital was judged last (event time), and at what interval it had come until then: what tells an unbroken stream from one in
 * which nobody looked. A patient's cells, or those of a history alone.
 */
export type Sampling = Float64Array;

/** Longer than this without a value, and the tile shows dashes (clinical.md, "Absence"): nobody was looking. */
export const UNWATCHED_MS = 10_000;

export const newSampling = (): Sampling =>
  new Float64Array(SAMPLING_CELLS).fill(Number.NEGATIVE_INFINITY, JUDGED_AT, INTERVAL);

/** -infinity where it never was. */
export const judgedAtMs = (sampling: Sampling, vital: number): number => sampling[JUDGED_AT + vital]!;

/**
 * How much of the time since the vital's sample before proves nothing. A gap counts only while it is no longer than 10 s, or than half as
 * much again as the vital's usual interval: a probe that was off for 30 s starts no alarm by itself, and a temperature taken every minute
 * still does. 0 for the first sample.
 */
export function uncountedMs(sampling: Sampling, vital: number, atMs: number): number {
  const gapMs = atMs - sampling[JUDGED_AT + vital]!;
  if (gapMs <= UNWATCHED_MS || gapMs === Number.POSITIVE_INFINITY) return 0;
  return gapMs <= 1.5 * sampling[INTERVAL + vital]! ? 0 : gapMs;
}

/** The sample stands alone: the one before, if any, is more than 10 s ago. */
export const isAlone = (sampling: Sampling, vital: number, atMs: number): boolean =>
  atMs - sampling[JUDGED_AT + vital]! > UNWATCHED_MS;

/** Takes note of a sample that was judged. */
export function noteSample(sampling: Sampling, vital: number, atMs: number): void {
  const gapMs = atMs - sampling[JUDGED_AT + vital]!;
  if (gapMs !== Number.POSITIVE_INFINITY) sampling[INTERVAL + vital] = gapMs;
  sampling[JUDGED_AT + vital] = atMs;
}
