import { kindOf, type ConditionEvent, type HistoricalCondition } from '@vitalwire/core/alarms/condition.ts';
import { conditionMessage } from '../messages.ts';
import { SYSTEM, type Outcome } from './outcome.ts';
import { NO_TIMERS } from './timers.ts';

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
        ...NO_TIMERS,
        id: condition.id,
        version: 1,
        patientId: condition.patientId,
        region: condition.region,
        deviceId: condition.deviceId,
        type: condition.type,
        kind: kindOf(condition.type),
        priority: condition.priority,
        status: 'resolved',
        value: condition.value,
        threshold: condition.threshold,
        message: conditionMessage(condition),
        mode: condition.mode,
        onsetMs: condition.onsetMs,
        raisedAtMs: beganAtMs,
        endedAtMs: condition.atMs,
        late: true,
        historical: true,
        acknowledgedBy: undefined,
        acknowledgedAtMs: undefined,
        resolvedBy: SYSTEM,
        resolvedAtMs: nowMs,
        escalationStep: 0,
        conditionId: condition.id,
        conditionRevision: condition.revision,
        settingsVersion: condition.settingsVersion,
        limitsRevision: condition.limitsRevision,
      },
    },
  };
}
