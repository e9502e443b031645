import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import { UNACKNOWLEDGED, conditionFacts } from './condition-facts.ts';
import { SYSTEM, applied, type Outcome } from './outcome.ts';
import { isWorse, worse } from './state.ts';

/**
 * The condition changed. A higher priority must be heard: an acknowledged alert is pending again. A lower one quietens nothing that has
 * not been acknowledged: until somebody has seen it, an alert keeps the worst it has been.
 */
export function worsen(alert: Alert, condition: ConditionEvent, nowMs: number): Outcome {
  const worsened = isWorse(condition.priority, alert.priority);
  const heard = alert.status === 'acknowledged';
  return applied(alert, {
    event: 'updated',
    actor: SYSTEM,
    atMs: nowMs,
    reason: worsened ? 'condition worsened' : 'condition changed',
    changes: {
      ...conditionFacts(condition),
      priority: heard ? condition.priority : worse(alert.priority, condition.priority),
      ...(heard && worsened ? UNACKNOWLEDGED : {}),
    },
  });
}
