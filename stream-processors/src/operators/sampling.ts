import { VITALS } from '@vitalwire/core/vitals/vital.ts';

/**
 * When each vital was judged last, and at what interval it had come until then: what tells an unbroken stream from one in which nobody
 * looked. Arrays in the order of VITALS; times are event time.
 */
export interface Sampling {
  readonly judgedAtMs: Float64Array;
  readonly intervalMs: Float64Array;
}

/** Longer than this without a value, and the tile shows dashes (clinical.md, "Absence"): nobody was looking. */
export const UNWATCHED_MS = 10_000;

export const newSampling = (): Sampling => ({
  judgedAtMs: new Float64Array(VITALS.length).fill(Number.NEGATIVE_INFINITY),
  intervalMs: new Float64Array(VITALS.length),
});

/**
 * How much of the time since the vital's sample before proves nothing. A gap counts only while it is no longer than 10 s, or than half as
 * much again as the vital's usual interval: a probe that was off for 30 s starts no alarm by itself, and a temperature taken every minute
 * still does. 0 for the first sample.
 */
export function uncountedMs(sampling: Sampling, vital: number, atMs: number): number {
  const gapMs = atMs - sampling.judgedAtMs[vital]!;
  if (gapMs <= UNWATCHED_MS || gapMs === Number.POSITIVE_INFINITY) return 0;
  return gapMs <= 1.5 * sampling.intervalMs[vital]! ? 0 : gapMs;
}

/** The sample stands alone: the one before, if any, is more than 10 s ago. */
export const isAlone = (sampling: Sampling, vital: number, atMs: number): boolean =>
  atMs - sampling.judgedAtMs[vital]! > UNWATCHED_MS;

/** Takes note of a sample that was judged. */
export function noteSample(sampling: Sampling, vital: number, atMs: number): void {
  const gapMs = atMs - sampling.judgedAtMs[vital]!;
  if (gapMs !== Number.POSITIVE_INFINITY) sampling.intervalMs[vital] = gapMs;
  sampling.judgedAtMs[vital] = atMs;
}
