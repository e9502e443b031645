import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import { isLate } from './late.ts';
import { newAlert } from './new-alert.ts';
import { SYSTEM, type Outcome } from './outcome.ts';

/** A condition nobody has been told of: a new alert, with the condition's id. */
export function raise(condition: ConditionEvent, nowMs: number): Outcome {
  return {
    kind: 'applied',
    event: {
      event: 'raised',
      actor: SYSTEM,
      atMs: nowMs,
      // Normally a condition begins; one first heard of as it worsens is raised all the same.
      reason: condition.event === 'began' ? undefined : 'first heard of while it lasted',
      alert: { ...newAlert(condition), late: isLate(condition, nowMs) },
    },
  };
}
