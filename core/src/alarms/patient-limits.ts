import { PLAUSIBLE } from '../vitals/plausibility.ts';
import { VITALS, forEachVital, type VitalName } from '../vitals/vital.ts';
import { PRIORITY_RANK, type Side } from './condition.ts';
import type { PatientProfile } from './profile.ts';
import type { AlarmSettings, LimitTier, VitalLimits } from './settings.ts';

/**
 * Limits set for one patient, by vital and side: each replaces the mildest limit of her profile there. There is no "off for ever": a
 * side that has an alarm keeps it.
 */
export type LimitOverrides = Readonly<
  Partial<Record<VitalName, Readonly<Partial<Record<Side, number | undefined>>>>>
>;

/** Where a patient's limit may lie, both ends allowed. */
export interface OverrideBounds {
  readonly min: number;
  readonly max: number;
}

const SIDES: readonly Side[] = ['low', 'high'];

/**
 * As far from the profile's own limit as the settings allow. Where the profile has no limit, any plausible value: an alarm more is never
 * less safe.
 */
export function overrideBounds(
  settings: AlarmSettings,
  profile: PatientProfile,
  vital: VitalName,
  side: Side,
): OverrideBounds {
  const [min, max] = PLAUSIBLE[vital];
  const usual = settings.profiles[profile][vital][side][0]?.limit;
  if (usual === undefined) return { min, max };
  const reach = settings.overrideReach[vital]?.[side] ?? 0;
  return { min: Math.max(min, usual - reach), max: Math.min(max, usual + reach) };
}

/** Why these limits may not be set for a patient of the profile, each in words; empty where they may. */
export function overrideProblems(
  settings: AlarmSettings,
  profile: PatientProfile,
  overrides: LimitOverrides,
): readonly string[] {
  return VITALS.flatMap((vital) => {
    const own = overrides[vital];
    if (own === undefined) return [];
    const problems = SIDES.flatMap((side) => {
      const limit = own[side];
      if (limit === undefined) return [];
      const { min, max } = overrideBounds(settings, profile, vital, side);
      return limit >= min && limit <= max ? [] : [`${vital} ${side}: ${limit} is outside ${min}..${max}`];
    });
    const usual = settings.profiles[profile][vital];
    const low = own.low ?? usual.low[0]?.limit;
    const high = own.high ?? usual.high[0]?.limit;
    const crossed = low !== undefined && high !== undefined && low >= high;
    return crossed ? [...problems, `${vital}: low ${low} is not below high ${high}`] : problems;
  });
}

/**
 * The limits a patient is judged by, mildest first. An override beyond the bounds (they may have become narrower since it was set) counts
 * as the nearest one allowed; a pair that would cross leaves the profile's own. Worse tiers stay where the profile has them, as long as
 * they lie no further in than the patient's limit. SpO₂ far below the low limit is critical whatever that limit's own priority.
 */
export function limitsFor(
  settings: AlarmSettings,
  profile: PatientProfile,
  overrides: LimitOverrides,
): VitalLimits {
  return forEachVital((vital) => {
    const usual = settings.profiles[profile][vital];
    const own = allowed(settings, profile, vital, overrides);
    const low = withLimit(settings, vital, 'low', usual.low, own.low);
    const high = withLimit(settings, vital, 'high', usual.high, own.high);
    return { low: vital === 'oxygen_saturation' ? withDesaturation(settings, profile, low) : low, high };
  });
}

function allowed(
  settings: AlarmSettings,
  profile: PatientProfile,
  vital: VitalName,
  overrides: LimitOverrides,
): Readonly<Partial<Record<Side, number>>> {
  const own: Partial<Record<Side, number>> = {};
  for (const side of SIDES) {
    const limit = overrides[vital]?.[side];
    if (limit === undefined) continue;
    const { min, max } = overrideBounds(settings, profile, vital, side);
    own[side] = Math.min(max, Math.max(min, limit));
  }
  const usual = settings.profiles[profile][vital];
  const low = own.low ?? usual.low[0]?.limit ?? Number.NEGATIVE_INFINITY;
  const high = own.high ?? usual.high[0]?.limit ?? Number.POSITIVE_INFINITY;
  return low < high ? own : {};
}

function withLimit(
  settings: AlarmSettings,
  vital: VitalName,
  side: Side,
  usual: readonly LimitTier[],
  limit: number | undefined,
): readonly LimitTier[] {
  if (limit === undefined) return usual;
  const [mildest, ...worse] = usual;
  const first: LimitTier = mildest
    ? { ...mildest, limit }
    : { priority: 'medium', limit, delayMs: settings.delayMs[vital] };
  return [first, ...worse.filter((tier) => (side === 'low' ? tier.limit <= limit : tier.limit >= limit))];
}

function withDesaturation(
  settings: AlarmSettings,
  profile: PatientProfile,
  tiers: readonly LimitTier[],
): readonly LimitTier[] {
  const drop = profile === 'neonate' ? settings.desaturation.neonateDrop : settings.desaturation.drop;
  const mildest = tiers[0];
  if (drop === undefined || mildest === undefined) return tiers;
  const limit = mildest.limit - drop;
  if (tiers.some((tier) => tier.priority === 'critical' && tier.limit >= limit)) return tiers;
  const milder = tiers.filter(
    (tier) => PRIORITY_RANK[tier.priority] < PRIORITY_RANK.critical && tier.limit > limit,
  );
  return [...milder, { priority: 'critical', limit, delayMs: settings.criticalDelayMs.oxygen_saturation }];
}
