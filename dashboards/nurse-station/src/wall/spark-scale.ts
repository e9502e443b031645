/** Where a sparkline's values lie: the limits are always in sight, so that the same height means the same danger on every bed. Pure. */
import type { VitalLimits } from '../feed/patient.ts';
import type { VitalName } from '../vital-text.ts';

export interface SparkScale {
  readonly min: number;
  readonly max: number;
  /** The mildest limits; undefined where there is none or none is known. */
  readonly low: number | undefined;
  readonly high: number | undefined;
  /** The mildest limits whose alarm is red. */
  readonly redLow: number | undefined;
  readonly redHigh: number | undefined;
}

/** The least span of the y axis, so that a quiet signal looks quiet. */
const SPAN: Readonly<Partial<Record<VitalName, number>>> = {
  heartbeat: 30,
  oxygen_saturation: 12,
  respiratory_rate: 12,
};
const MARGIN = 0.08;

/** Undefined where there is nothing to draw. */
export function sparkScale(
  vital: VitalName,
  values: readonly number[],
  limits: VitalLimits | undefined,
): SparkScale | undefined {
  if (values.length === 0) return undefined;
  const low = limits?.low[0]?.limit;
  const high = limits?.high[0]?.limit;
  let min = Math.min(...values, low ?? Infinity, high ?? Infinity);
  let max = Math.max(...values, low ?? -Infinity, high ?? -Infinity);
  if (vital === 'oxygen_saturation') max = 100;
  const missing = Math.max(0, (SPAN[vital] ?? 1) - (max - min));
  const margin = (max - min + missing) * MARGIN;
  min -= vital === 'oxygen_saturation' ? missing + margin : missing / 2 + margin;
  max += vital === 'oxygen_saturation' ? margin : missing / 2 + margin;
  const red = (tiers: VitalLimits['low'] | undefined): number | undefined =>
    tiers?.find(({ priority }) => priority === 'high' || priority === 'critical')?.limit;
  return { min, max, low, high, redLow: red(limits?.low), redHigh: red(limits?.high) };
}
