import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import { UNACKNOWLEDGED, conditionFacts } from './condition-facts.ts';
import { isLate } from './late.ts';
import { SYSTEM, applied, type Outcome } from './outcome.ts';
import { worse } from './state.ts';

/**
 * Another condition of the same type while an alert is open: the alert goes on with the new condition, it does not become two.
 * Unacknowledged, it keeps the worse priority, so that a latched critical one cannot be hidden by a milder one after it. Acknowledged,
 * it asks anew: what was acknowledged is over, and this has not been heard.
 */
export function recur(alert: Alert, condition: ConditionEvent, nowMs: number): Outcome {
  const heard = alert.status === 'acknowledged';
  return applied(alert, {
    event: 'updated',
    actor: SYSTEM,
    atMs: nowMs,
    reason: 'condition recurred',
    changes: {
      ...conditionFacts(condition),
      late: isLate(condition, nowMs),
      priority: heard ? condition.priority : worse(alert.priority, condition.priority),
      ...(heard ? UNACKNOWLEDGED : {}),
    },
  });
}
