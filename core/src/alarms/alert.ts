import type { Mode } from '../vitals/reading.ts';
import type { AlarmKind, AlertType, Priority } from './condition.ts';

/** `pending`: nobody has said "I see it"; `acknowledged`: somebody has; `resolved`: closed for ever. */
export type AlertStatus = 'pending' | 'acknowledged' | 'resolved';

/** Why an alert that nobody has acknowledged is not being told: its own delay, a nurse's pause, or a technical alarm it depends on. */
export type Silence = 'delayed' | 'paused' | 'inhibited';

/**
 * Whether someone is being told, apart from whether something is wrong. Audible: `on`, and `latched` (the condition has ended, nobody has
 * seen it). Silent: `acknowledged`, `delayed`, `paused`, `inhibited`, and `off` once resolved. An acknowledged alert of which was
 * reminded is `on` until somebody acknowledges it again.
 */
export type AlarmSignal = 'on' | 'latched' | 'acknowledged' | Silence | 'off';

/** What one signal about one condition is at a moment. At most one open (not resolved) alert stands for each (patient, type). */
export interface Alert {
  /** The id of the condition that raised it. */
  readonly id: string;
  /** Counts the alert's changes from 1: optimistic concurrency, and the order of its history. */
  readonly version: number;
  readonly patientId: string;
  readonly region: string;
  readonly deviceId: string;
  readonly type: AlertType;
  readonly kind: AlarmKind;
  readonly priority: Priority;
  readonly status: AlertStatus;
  readonly value: number | undefined;
  readonly threshold: number | undefined;
  /** In words, for a person: what, how far, whose. */
  readonly message: string;
  readonly mode: Mode;
  /** Event time of the first sample of the crossing. */
  readonly onsetMs: number;
  /** Event time at which the condition's delay had passed: the alert's `timestamp`. */
  readonly raisedAtMs: number;
  /** Event time at which the condition ended; undefined while it lasts. An ended, unacknowledged alert is latched. */
  readonly endedAtMs: number | undefined;
  /** The condition had begun long before anyone could be told: it came out of a backlog. */
  readonly late: boolean;
  /** Found in readings that came too late to be judged as now: resolved from its first version, it never was a signal. */
  readonly historical: boolean;
  readonly acknowledgedBy: string | undefined;
  readonly acknowledgedAtMs: number | undefined;
  readonly resolvedBy: string | undefined;
  readonly resolvedAtMs: number | undefined;
  /** Steps of the escalation chain taken so far. */
  readonly escalationStep: number;
  /** Undefined unless it is unacknowledged and silent. */
  readonly silence: Silence | undefined;
  /** Wall time at which a silent signal begins; undefined where none waits, or waits for something other than time. */
  readonly signalDueMs: number | undefined;
  /** Wall time of the last reminder since it was acknowledged. */
  readonly remindedAtMs: number | undefined;
  readonly reminderDueMs: number | undefined;
  /** Wall time at which the next step of the chain is told; undefined where there is none. */
  readonly escalationDueMs: number | undefined;
  /** The condition last applied, and how far: a replayed condition event changes nothing. */
  readonly conditionId: string;
  readonly conditionRevision: number;
  /** Which alarm settings judged the condition, as last applied. */
  readonly settingsVersion: string;
  /** How often the patient's own limits had been set by then; undefined where they never were. */
  readonly limitsRevision: number | undefined;
}

export function signalOf(alert: Alert): AlarmSignal {
  if (alert.status === 'resolved') return 'off';
  if (alert.status === 'acknowledged') return alert.remindedAtMs === undefined ? 'acknowledged' : 'on';
  return alert.silence ?? (alert.endedAtMs === undefined ? 'on' : 'latched');
}

export type AlertEventKind = 'raised' | 'updated' | 'acknowledged' | 'escalated' | 'resolved';

/** One change of an alert: a line of the audit trail, and what stations are sent. */
export interface AlertEvent {
  readonly event: AlertEventKind;
  /** A person's name, or `system`. */
  readonly actor: string;
  readonly atMs: number;
  /** Why, where it is not plain from the event (`condition ended`, `discharged`). */
  readonly reason: string | undefined;
  /** The alert after the change. */
  readonly alert: Alert;
}
