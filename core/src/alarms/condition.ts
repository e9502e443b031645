import type { Mode } from '../vitals/reading.ts';
import type { VitalName } from '../vitals/vital.ts';

export type Priority = 'low' | 'medium' | 'high' | 'critical';

/** 1..4: the score in `alerts:pending`. */
export const PRIORITY_RANK: Readonly<Record<Priority, number>> = { low: 1, medium: 2, high: 3, critical: 4 };

/** The patient's body, or the means of watching it. */
export type AlarmKind = 'physiological' | 'technical';

export type Side = 'low' | 'high';

/** The data model says `heartrate` in alert types and `heartbeat` in fields. */
type LimitName = 'heartrate' | Exclude<VitalName, 'heartbeat'>;

export const TECHNICAL_TYPES = [
  'signal_lost',
  'lead_off',
  'device_offline',
  'battery_low',
  'clock_wrong',
  'feed_late',
  'value_stuck',
  /** Of many, and of no patient: her id is empty. `gateway_away` has the ids of the gateways as its device, separated by spaces. */
  'gateway_away',
  'region_away',
] as const;

export type TechnicalType = (typeof TECHNICAL_TYPES)[number];
export type LimitType = `${Side}_${LimitName}`;
/** How a vital moves, whatever its limits: the rules of `trends` in the alarm settings. */
export type Direction = 'falling' | 'rising';
export type TrendType = `${Direction}_${LimitName}`;
export type AlertType = LimitType | TrendType | TechnicalType | 'early_warning_score';

export function limitType(side: Side, vital: VitalName): LimitType {
  return `${side}_${vital === 'heartbeat' ? 'heartrate' : vital}`;
}

export function trendType(direction: Direction, vital: VitalName): TrendType {
  return `${direction}_${vital === 'heartbeat' ? 'heartrate' : vital}`;
}

export function kindOf(type: AlertType): AlarmKind {
  return (TECHNICAL_TYPES as readonly string[]).includes(type) ? 'technical' : 'physiological';
}

/**
 * Something is wrong, whether or not anyone is being told: what the alerting pipeline says on `alerts.conditions`. A condition begins
 * once, may change (a higher priority), and ends once; `revision` counts these from 1, so that a replay is recognised.
 */
export interface ConditionEvent {
  /** Derived from (patient, type, onset): the same condition has the same id however often the stream is replayed. */
  readonly id: string;
  readonly revision: number;
  readonly event: 'began' | 'changed' | 'ended';
  readonly patientId: string;
  readonly region: string;
  readonly deviceId: string;
  readonly type: AlertType;
  readonly priority: Priority;
  /** The value that began or changed it, or the one back inside the limit that ended it; undefined for technical conditions. */
  readonly value: number | undefined;
  /** The limit that was crossed. */
  readonly threshold: number | undefined;
  /** Event time of the first sample of the crossing. */
  readonly onsetMs: number;
  /** Event time of this event: when the delay had passed, or when it ended. */
  readonly atMs: number;
  readonly mode: Mode;
  /** Which alarm settings judged it. */
  readonly settingsVersion: string;
  /** How often the patient's own limits had been set when it was judged; left out where they never were. */
  readonly limitsRevision?: number | undefined;
  /** Of an end that the vitals themselves do not explain. */
  readonly reason?: EndReason | undefined;
  /**
   * Found in readings that came too late to be judged as now: a record of what was, never a signal. It is told once, as `ended` with
   * revision 1, when it is over: whoever does not know this field has never heard of the condition, and ignores its end.
   */
  readonly historical?: HistoricalCondition | undefined;
}

export interface HistoricalCondition {
  /** Event time at which the delay of the priority it reached had passed for the first time. */
  readonly beganAtMs: number;
}

/**
 * `discharged`, `removed`: the patient is no longer watched. `device_changed`: what was said of a device that the patient no longer has.
 * `not_measured`: the values it rested on are too old. `silent`: nothing was heard of the patient for a day. `rule_removed`: the settings
 * or the patient's context no longer know the rule.
 */
export const END_REASONS = [
  'discharged',
  'removed',
  'device_changed',
  'not_measured',
  'silent',
  'rule_removed',
] as const;

export type EndReason = (typeof END_REASONS)[number];
