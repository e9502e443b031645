import { limitType, type LimitType, type Side } from '@vitalwire/core/alarms/condition.ts';
import type { AlarmSettings, LimitTier, VitalLimits } from '@vitalwire/core/alarms/settings.ts';
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';

/** One side of one vital's alarm limits, as the limit operator judges it. */
export interface LimitRule {
  readonly type: LimitType;
  readonly vital: VitalName;
  readonly side: Side;
  /** Mildest first; empty where the side has no alarm. */
  readonly tiers: readonly LimitTier[];
  /** The mildest limit; never crossed (±infinity) where there is none. */
  readonly limit: number;
  readonly hysteresis: number;
  readonly clearAfterMs: number;
}

/** Two rules a vital, low then high, in the order of VITALS: an adult's, or those of the limits given. */
export function limitRules(
  settings: AlarmSettings,
  limits: VitalLimits = settings.limits,
): readonly LimitRule[] {
  return VITALS.flatMap((vital) =>
    (['low', 'high'] as const).map((side): LimitRule => {
      const tiers = limits[vital][side];
      return {
        type: limitType(side, vital),
        vital,
        side,
        tiers,
        limit: tiers[0]?.limit ?? (side === 'low' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY),
        hysteresis: settings.hysteresis[vital],
        clearAfterMs: settings.clearAfterMs,
      };
    }),
  );
}

/** Strictly beyond: a value that equals its limit has not crossed it. */
export const crosses = (rule: LimitRule, limit: number, value: number): boolean =>
  rule.side === 'low' ? value < limit : value > limit;

/** Whether the value crosses neither of the vital's limits. */
export const isInside = (rules: readonly LimitRule[], vital: number, value: number): boolean =>
  value >= rules[vital * 2]!.limit && value <= rules[vital * 2 + 1]!.limit;

/** Back inside by the hysteresis. */
export const isClean = (rule: LimitRule, limit: number, value: number): boolean =>
  rule.side === 'low' ? value >= limit + rule.hysteresis : value <= limit - rule.hysteresis;
