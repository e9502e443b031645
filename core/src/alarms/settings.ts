import { parseSettings } from '../settings/parse-settings.ts';
import { VITALS, forEachVital, type VitalName } from '../vitals/vital.ts';
import type { Direction, Priority, Side } from './condition.ts';
import { PROFILES, type PatientProfile } from './profile.ts';
import { settingsProblems } from './settings-problems.ts';
import { inOrder, settingsSchema, type FileLimits, type SettingsFile } from './settings-schema.ts';

/** One limit of a vital's side: crossed strictly below (low) or above (high) `limit`, for at least `delayMs`. */
export interface LimitTier {
  readonly priority: Priority;
  readonly limit: number;
  readonly delayMs: number;
}

/** Mildest tier first; empty where the side has no alarm. */
export type VitalLimits = Readonly<Record<VitalName, Readonly<Record<Side, readonly LimitTier[]>>>>;

/** The numbers the alarm rules work with, read from a file and frozen. */
export interface AlarmSettings {
  /** Digest of the file's content: an alert records which settings judged it. */
  readonly version: string;
  /** An adult's. */
  readonly limits: VitalLimits;
  /** `profiles.adult` is `limits`. */
  readonly profiles: Readonly<Record<PatientProfile, VitalLimits>>;
  /** By vital, how long a limit must stay crossed: of a limit that only a patient has. */
  readonly delayMs: Readonly<Record<VitalName, number>>;
  readonly criticalDelayMs: Readonly<Record<VitalName, number>>;
  /** How far a patient's own limit may lie from the profile's; 0 where left out. */
  readonly overrideReach: Readonly<
    Partial<Record<VitalName, Readonly<Partial<Record<Side, number | undefined>>>>>
  >;
  /** SpO₂ below the low limit by this is critical; undefined: no such rule. */
  readonly desaturation: { readonly drop: number | undefined; readonly neonateDrop: number | undefined };
  /** How far back inside a limit a value must be to count as inside. */
  readonly hysteresis: Readonly<Record<VitalName, number>>;
  readonly clearAfterMs: number;
  readonly absenceMs: number;
  /** Undefined: the score raises no alarm. */
  readonly earlyWarningScore: ScoreSettings | undefined;
  readonly technical: TechnicalSettings;
  readonly trends: readonly TrendSettings[];
}

export interface ScoreSettings {
  readonly singleThree: Priority;
  readonly five: Priority;
  readonly seven: Priority;
  readonly delayMs: number;
  readonly clearAfterMs: number;
}

/** Undefined where it is not watched for. */
export interface TechnicalSettings {
  readonly batteryLow: { readonly belowPercent: number; readonly clearPercent: number } | undefined;
  readonly clockWrong: { readonly offByMs: number } | undefined;
  readonly feedLate: { readonly behindMs: number; readonly lastingMs: number } | undefined;
  /** By vital, how long the very same value is believed. */
  readonly valueStuckMs: Readonly<Partial<Record<VitalName, number>>>;
}

export interface TrendSettings {
  readonly vital: VitalName;
  readonly direction: Direction;
  /** In the vital's unit. */
  readonly by: number;
  readonly withinMs: number;
  readonly margin: number;
  readonly priority: Priority;
}

/** The version is the digest of the text. @throws SettingsError with every problem found, each with its line */
export const parseAlarmSettings = (yaml: string): AlarmSettings =>
  parseSettings(yaml, { schema: settingsSchema, check: settingsProblems, toSettings });

const toMs = (seconds: number): number => seconds * 1000;

function toSettings(file: SettingsFile, version: string): AlarmSettings {
  const delays: Record<string, number> = file.condition_delay_s;
  const delayMs = forEachVital((vital) => toMs(delays[vital] ?? file.condition_delay_s.default));
  // A critical limit is judged sooner, never later than the vital's milder ones.
  const criticalDelayMs = forEachVital((vital) =>
    Math.min(delayMs[vital], toMs(file.condition_delay_s.critical)),
  );
  const tiers = (vital: VitalName, limits: Partial<Record<Priority, number>> | undefined): LimitTier[] =>
    inOrder(limits).map(([priority, limit]) => ({
      priority,
      limit,
      delayMs: (priority === 'critical' ? criticalDelayMs : delayMs)[vital],
    }));
  const limitsOf = (limits: FileLimits): VitalLimits =>
    forEachVital((vital) => ({
      low: tiers(vital, limits[vital]?.low),
      high: tiers(vital, limits[vital]?.high),
    }));
  const limits = limitsOf(file.limits);
  const profiles = { adult: limits } as Record<PatientProfile, VitalLimits>;
  for (const profile of PROFILES) {
    if (profile === 'adult') continue;
    const own = file.profiles?.[profile];
    profiles[profile] = own ? limitsOf(own) : limits;
  }
  return Object.freeze({
    version,
    limits,
    profiles,
    delayMs,
    criticalDelayMs,
    overrideReach: file.override_reach ?? {},
    desaturation: { drop: file.desaturation?.drop, neonateDrop: file.desaturation?.neonate_drop },
    hysteresis: file.hysteresis,
    clearAfterMs: toMs(file.clear_after_s),
    absenceMs: toMs(file.absence_s),
    earlyWarningScore: scoreSettings(file.early_warning_score),
    technical: technicalSettings(file.technical),
    trends: (file.trends ?? []).map(({ within_s, ...trend }) => ({ ...trend, withinMs: toMs(within_s) })),
  });
}

function scoreSettings(file: SettingsFile['early_warning_score']): ScoreSettings | undefined {
  if (file === undefined) return undefined;
  const { single_three, five, seven, delay_s, clear_after_s } = file;
  return {
    singleThree: single_three,
    five,
    seven,
    delayMs: toMs(delay_s),
    clearAfterMs: toMs(clear_after_s),
  };
}

function technicalSettings(file: SettingsFile['technical']): TechnicalSettings {
  const battery = file?.battery_low;
  const clock = file?.clock_wrong;
  const feed = file?.feed_late;
  const stuck: Record<string, number> = file?.value_stuck ?? {};
  return {
    batteryLow: battery && { belowPercent: battery.below_percent, clearPercent: battery.clear_percent },
    clockWrong: clock && { offByMs: toMs(clock.off_by_s) },
    feedLate: feed && { behindMs: toMs(feed.behind_s), lastingMs: toMs(feed.lasting_s) },
    valueStuckMs: Object.fromEntries(
      VITALS.flatMap((vital) => {
        const seconds = stuck[`${vital}_s`];
        return seconds === undefined ? [] : [[vital, toMs(seconds)]];
      }),
    ),
  };
}
