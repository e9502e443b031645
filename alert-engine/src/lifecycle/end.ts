import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import { isOverUnheard } from './late.ts';
import { SYSTEM, applied, type Outcome } from './outcome.ts';
import { latches } from './state.ts';

/** Who is no longer watched has nobody left to see to: such an end closes what otherwise latches. */
const LEFT: readonly (string | undefined)[] = ['discharged', 'removed'];

/** The condition is over: the alert is resolved, unless it is one that stays until somebody has seen it and there still is something to see. */
export function end(alert: Alert, condition: ConditionEvent, nowMs: number): Outcome {
  const ended = { endedAtMs: condition.atMs, conditionRevision: condition.revision };
  const left = LEFT.includes(condition.reason);
  const overUnheard = isOverUnheard(alert, condition, nowMs);
  const reason = left
    ? condition.reason
    : overUnheard
      ? 'was over before it could be told'
      : 'condition ended';
  if (!left && !overUnheard && alert.status === 'pending' && latches(alert.priority)) {
    return applied(alert, { event: 'updated', actor: SYSTEM, atMs: nowMs, reason, changes: ended });
  }
  return applied(alert, {
    event: 'resolved',
    actor: SYSTEM,
    atMs: nowMs,
    reason,
    changes: { ...ended, status: 'resolved', resolvedBy: SYSTEM, resolvedAtMs: nowMs },
  });
}
