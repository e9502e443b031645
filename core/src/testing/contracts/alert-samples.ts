import type { Alert, AlertEvent } from '../../alarms/alert.ts';

const RAISED_AT_MS = Date.UTC(2026, 0, 1, 12);

/** A fresh, pending alert of the patient; `changes` win. */
export function sampleAlert(
  id: string,
  region: string,
  patientId: string,
  changes: Partial<Alert> = {},
): Alert {
  return {
    id,
    version: 1,
    patientId,
    region,
    deviceId: `${patientId}-monitor`,
    type: 'low_oxygen_saturation',
    kind: 'physiological',
    priority: 'medium',
    status: 'pending',
    value: 87.5,
    threshold: 90,
    message: 'SpO₂ 87.5 % below 90 %',
    mode: 'real',
    onsetMs: RAISED_AT_MS - 15_000,
    raisedAtMs: RAISED_AT_MS,
    endedAtMs: undefined,
    late: false,
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
    conditionId: id,
    conditionRevision: 1,
    settingsVersion: 'a1b2c3',
    limitsRevision: undefined,
    ...changes,
  };
}

export function raised(alert: Alert): AlertEvent {
  return { event: 'raised', actor: 'system', atMs: alert.raisedAtMs, reason: undefined, alert };
}

export function acknowledged(alert: Alert, actor = 'Nurse Ada'): AlertEvent {
  const atMs = alert.raisedAtMs + 20_000;
  return {
    event: 'acknowledged',
    actor,
    atMs,
    reason: undefined,
    alert: {
      ...alert,
      version: alert.version + 1,
      status: 'acknowledged',
      acknowledgedBy: actor,
      acknowledgedAtMs: atMs,
    },
  };
}

export function resolved(alert: Alert): AlertEvent {
  const atMs = alert.raisedAtMs + 60_000;
  return {
    event: 'resolved',
    actor: 'system',
    atMs,
    reason: 'condition ended',
    alert: {
      ...alert,
      version: alert.version + 1,
      status: 'resolved',
      endedAtMs: atMs,
      resolvedBy: 'system',
      resolvedAtMs: atMs,
    },
  };
}
