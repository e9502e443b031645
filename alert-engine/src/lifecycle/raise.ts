import { kindOf, type ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import { conditionMessage } from '../messages.ts';
import { isLate } from './late.ts';
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
      alert: {
        id: condition.id,
        version: 1,
        patientId: condition.patientId,
        region: condition.region,
        deviceId: condition.deviceId,
        type: condition.type,
        kind: kindOf(condition.type),
        priority: condition.priority,
        status: 'pending',
        value: condition.value,
        threshold: condition.threshold,
        message: conditionMessage(condition),
        mode: condition.mode,
        onsetMs: condition.onsetMs,
        raisedAtMs: condition.atMs,
        endedAtMs: undefined,
        late: isLate(condition, nowMs),
        historical: false,
        acknowledgedBy: undefined,
        acknowledgedAtMs: undefined,
        resolvedBy: undefined,
        resolvedAtMs: undefined,
        escalationStep: 0,
        silence: undefined,
        signalDueMs: undefined,
        remindedAtMs: undefined,
        reminderDueMs: undefined,
        escalationDueMs: undefined,
        conditionId: condition.id,
        conditionRevision: condition.revision,
        settingsVersion: condition.settingsVersion,
        limitsRevision: condition.limitsRevision,
      },
    },
  };
}
