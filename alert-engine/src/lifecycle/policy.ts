import type { Priority } from '@vitalwire/core/alarms/condition.ts';

/** How patiently an alert waits, and what keeps it quiet: the numbers of the escalation settings, as they apply to one patient. */
export interface LifecyclePolicy {
  /** From the condition to the sound: the second of the two delays. */
  readonly signalDelayMs: Readonly<Record<Priority, number>>;
  /** Acknowledged while the condition lasts: audible again after this. */
  readonly reminderMs: Readonly<Record<Priority, number>>;
  /** Unacknowledged for this long: the next step of the chain. Undefined: never. */
  readonly escalationMs: Readonly<Record<Priority, number | undefined>>;
  /** Steps of the patient's chain beyond the first, which is told when the alert sounds. */
  readonly escalationSteps: number;
  readonly pause: PauseInForce | undefined;
  /** The gateway that the patient's device was last seen at; undefined where nobody knows. */
  readonly gateway: string | undefined;
  /** Types of the patient's alerts whose signal a technical alarm makes meaningless. */
  readonly inhibits: (type: string) => boolean;
}

/** A pause that has not ended: nothing of this priority or below sounds until then (wall time). */
export interface PauseInForce {
  readonly untilMs: number;
  readonly priority: Priority;
}

/** The policy as it stands now for a patient, who may be of no ward that the directory knows. */
export type PolicyFor = (region: string, patientId: string) => LifecyclePolicy;

const MINUTE_MS = 60_000;

export const DEFAULT_POLICY: LifecyclePolicy = {
  signalDelayMs: { low: 0, medium: 0, high: 0, critical: 0 },
  reminderMs: { low: 10 * MINUTE_MS, medium: 10 * MINUTE_MS, high: 3 * MINUTE_MS, critical: 3 * MINUTE_MS },
  escalationMs: { low: undefined, medium: 5 * MINUTE_MS, high: MINUTE_MS, critical: 30_000 },
  escalationSteps: 2,
  pause: undefined,
  gateway: undefined,
  inhibits: () => false,
};
