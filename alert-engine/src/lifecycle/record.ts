import type { ConditionEvent, HistoricalCondition } from '@vitalwire/core/alarms/condition.ts';
import { newAlert } from './new-alert.ts';
import { SYSTEM, type Outcome } from './outcome.ts';

/**
 * A condition that was found in readings which came too late: nobody could have been told, and nobody is. It is an alert of its own,
 * resolved from its first version: a line of the history and of the audit trail, whatever stands open of its type.
 */
export function record(
  condition: ConditionEvent,
  { beganAtMs }: HistoricalCondition,
  nowMs: number,
): Outcome {
  return {
    kind: 'applied',
    event: {
      event: 'resolved',
      actor: SYSTEM,
      atMs: nowMs,
      reason: 'found in readings that came late',
      alert: {
        ...newAlert(condition),
        status: 'resolved',
        raisedAtMs: beganAtMs,
        endedAtMs: condition.atMs,
        late: true,
        historical: true,
        resolvedBy: SYSTEM,
        resolvedAtMs: nowMs,
      },
    },
  };
}
