import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import { conditionMessage } from '../messages.ts';

/** What an alert says of the condition it stands for. */
type ConditionFacts = Pick<
  Alert,
  | 'deviceId'
  | 'value'
  | 'threshold'
  | 'message'
  | 'mode'
  | 'onsetMs'
  | 'endedAtMs'
  | 'conditionId'
  | 'conditionRevision'
  | 'settingsVersion'
  | 'limitsRevision'
>;

export function conditionFacts(condition: ConditionEvent): ConditionFacts {
  return {
    deviceId: condition.deviceId,
    value: condition.value,
    threshold: condition.threshold,
    message: conditionMessage(condition),
    mode: condition.mode,
    onsetMs: condition.onsetMs,
    endedAtMs: undefined,
    conditionId: condition.id,
    conditionRevision: condition.revision,
    settingsVersion: condition.settingsVersion,
    limitsRevision: condition.limitsRevision,
  };
}

/** Nobody has said "I see it" about the alert as it stands now; what was said before is in its history. */
export const UNACKNOWLEDGED = {
  status: 'pending',
  acknowledgedBy: undefined,
  acknowledgedAtMs: undefined,
  escalationStep: 0,
} as const satisfies Partial<Alert>;
