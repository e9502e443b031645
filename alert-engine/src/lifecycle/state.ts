import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { Priority } from '@vitalwire/core/alarms/condition.ts';
import { PRIORITY_RANK } from '@vitalwire/core/alarms/condition.ts';

/**
 * The lifecycle's states, made of an alert's status and whether its condition has ended. An acknowledged alert whose condition has ended
 * does not exist: it is resolved in the same step.
 */
export type LifecycleState = 'pending' | 'latched' | 'acknowledged' | 'resolved';

export function stateOf(alert: Alert): LifecycleState {
  if (alert.status === 'pending' && alert.endedAtMs !== undefined) return 'latched';
  return alert.status;
}

/** Critical and high stay until somebody has seen them; medium and low clear by themselves. */
export const latches = (priority: Priority): boolean => PRIORITY_RANK[priority] >= PRIORITY_RANK.high;

export const isWorse = (one: Priority, other: Priority): boolean => PRIORITY_RANK[one] > PRIORITY_RANK[other];

export const worse = (one: Priority, other: Priority): Priority => (isWorse(one, other) ? one : other);
