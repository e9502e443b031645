import type { MeasurementResult } from './results.ts';

/** What is worse than the baselines in bench/baselines allow, a line each. */
export function regressions(_results: readonly MeasurementResult[]): readonly string[] {
  return [];
}
