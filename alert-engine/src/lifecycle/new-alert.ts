import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import { kindOf, type ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import { conditionMessage } from '../messages.ts';
import { NO_TIMERS } from './timers.ts';

/** The first version of a condition's alert, with the condition's id: pending, and nobody has done anything about it yet. */
export const newAlert = (condition: ConditionEvent): Alert => ({
  ...NO_TIMERS,
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
  late: false,
  historical: false,
  acknowledgedBy: undefined,
  acknowledgedAtMs: undefined,
  resolvedBy: undefined,
  resolvedAtMs: undefined,
  escalationStep: 0,
  conditionId: condition.id,
  conditionRevision: condition.revision,
  settingsVersion: condition.settingsVersion,
  limitsRevision: condition.limitsRevision,
});
