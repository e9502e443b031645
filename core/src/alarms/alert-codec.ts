/**
 * An alert and its events as JSON: the one form that stations, the API, the audit trail and stores share. snake_case, ISO 8601 times
 * with milliseconds, null where there is nothing.
 */
import { z } from 'zod';
import { fromIso, toIso } from '../runtime/iso-time.ts';
import { signalOf, type Alert, type AlertEvent, type Silence } from './alert.ts';
import type { AlertType } from './condition.ts';

const moment = z.iso.datetime();
/** Of records written before there was such a field. */
const absentMoment = moment.nullable().default(null);
const SIGNALS = ['on', 'latched', 'acknowledged', 'delayed', 'paused', 'inhibited', 'off'] as const;
const SILENCES: readonly string[] = ['delayed', 'paused', 'inhibited'] satisfies readonly Silence[];

export const alertSchema = z.object({
  id: z.string(),
  patient_id: z.string(),
  region: z.string(),
  device_id: z.string(),
  type: z.string(),
  kind: z.enum(['physiological', 'technical']),
  priority: z.enum(['low', 'medium', 'high', 'critical']),
  status: z.enum(['pending', 'acknowledged', 'resolved']),
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  message: z.string(),
  mode: z.enum(['real', 'test', 'demo']),
  timestamp: moment.describe('when it was raised, in event time'),
  onset: moment.describe('first sample of the crossing that stands now, in event time'),
  ended_at: moment.nullable().describe('when the condition ended; of an open alert: it is latched'),
  late: z
    .boolean()
    .default(false)
    .describe('first heard of more than a minute after its delay had passed: out of a backlog'),
  historical: z
    .boolean()
    .default(false)
    .describe(
      'found in readings that came too late to be judged as now: resolved from version 1, it never sounded',
    ),
  acknowledged_by: z.string().nullable(),
  acknowledged_at: moment.nullable(),
  resolved_by: z.string().nullable(),
  resolved_at: moment.nullable(),
  escalation_step: z.int().nonnegative(),
  signal: z
    .enum(SIGNALS)
    .default('on')
    .describe('whether someone is being told: `on` and `latched` are audible, the others are not'),
  signal_due: absentMoment.describe('when a signal that is delayed or paused begins'),
  reminded_at: absentMoment.describe('acknowledged, and audible again since; null once acknowledged anew'),
  reminder_due: absentMoment,
  escalation_due: absentMoment.describe('when the next step of the chain is told'),
  version: z.int().positive().describe('counts the changes of the alert from 1'),
  condition_id: z.string(),
  condition_revision: z.int().positive(),
  settings_version: z.string().describe('which alarm settings judged the condition'),
  limits_revision: z
    .int()
    .nonnegative()
    .nullable()
    .default(null)
    .describe('which of the limits set for the patient judged it; null where none were ever set'),
});

export type AlertDocument = z.infer<typeof alertSchema>;

export const alertEventSchema = z.object({
  event_id: z.string().describe('alert id and version: the same however often the event is delivered'),
  event: z.enum(['raised', 'updated', 'acknowledged', 'escalated', 'resolved']),
  actor: z.string(),
  at: moment,
  reason: z.string().nullable(),
  alert: alertSchema,
});

export type AlertEventDocument = z.infer<typeof alertEventSchema>;

/** The same however often the event is delivered: what readers recognise a repetition by. */
export const alertEventId = (event: AlertEvent): string => `${event.alert.id}:${event.alert.version}`;

const isoOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : toIso(ms));
const msOrUndefined = (iso: string | null): number | undefined => (iso === null ? undefined : fromIso(iso));

export function alertDocument(alert: Alert): AlertDocument {
  return {
    id: alert.id,
    patient_id: alert.patientId,
    region: alert.region,
    device_id: alert.deviceId,
    type: alert.type,
    kind: alert.kind,
    priority: alert.priority,
    status: alert.status,
    value: alert.value ?? null,
    threshold: alert.threshold ?? null,
    message: alert.message,
    mode: alert.mode,
    timestamp: toIso(alert.raisedAtMs),
    onset: toIso(alert.onsetMs),
    ended_at: isoOrNull(alert.endedAtMs),
    late: alert.late,
    historical: alert.historical,
    acknowledged_by: alert.acknowledgedBy ?? null,
    acknowledged_at: isoOrNull(alert.acknowledgedAtMs),
    resolved_by: alert.resolvedBy ?? null,
    resolved_at: isoOrNull(alert.resolvedAtMs),
    escalation_step: alert.escalationStep,
    signal: signalOf(alert),
    signal_due: isoOrNull(alert.signalDueMs),
    reminded_at: isoOrNull(alert.remindedAtMs),
    reminder_due: isoOrNull(alert.reminderDueMs),
    escalation_due: isoOrNull(alert.escalationDueMs),
    version: alert.version,
    condition_id: alert.conditionId,
    condition_revision: alert.conditionRevision,
    settings_version: alert.settingsVersion,
    limits_revision: alert.limitsRevision ?? null,
  };
}

export function fromAlertDocument(document: AlertDocument): Alert {
  return {
    id: document.id,
    patientId: document.patient_id,
    region: document.region,
    deviceId: document.device_id,
    // A type that a newer pipeline invents travels through an older engine as it is.
    type: document.type as AlertType,
    kind: document.kind,
    priority: document.priority,
    status: document.status,
    value: document.value ?? undefined,
    threshold: document.threshold ?? undefined,
    message: document.message,
    mode: document.mode,
    raisedAtMs: fromIso(document.timestamp),
    onsetMs: fromIso(document.onset),
    endedAtMs: msOrUndefined(document.ended_at),
    late: document.late,
    historical: document.historical,
    acknowledgedBy: document.acknowledged_by ?? undefined,
    acknowledgedAtMs: msOrUndefined(document.acknowledged_at),
    resolvedBy: document.resolved_by ?? undefined,
    resolvedAtMs: msOrUndefined(document.resolved_at),
    escalationStep: document.escalation_step,
    silence: SILENCES.includes(document.signal) ? (document.signal as Silence) : undefined,
    signalDueMs: msOrUndefined(document.signal_due),
    remindedAtMs: msOrUndefined(document.reminded_at),
    reminderDueMs: msOrUndefined(document.reminder_due),
    escalationDueMs: msOrUndefined(document.escalation_due),
    version: document.version,
    conditionId: document.condition_id,
    conditionRevision: document.condition_revision,
    settingsVersion: document.settings_version,
    limitsRevision: document.limits_revision ?? undefined,
  };
}

export function alertEventDocument(event: AlertEvent): AlertEventDocument {
  return {
    event_id: alertEventId(event),
    event: event.event,
    actor: event.actor,
    at: toIso(event.atMs),
    reason: event.reason ?? null,
    alert: alertDocument(event.alert),
  };
}

/** The value of a record on `alerts.lifecycle`. */
export function encodeAlertEvent(event: AlertEvent): Uint8Array {
  return Buffer.from(JSON.stringify(alertEventDocument(event)));
}

/** @throws SyntaxError or ZodError where the bytes are not an alert's event. */
export function decodeAlertEvent(bytes: Uint8Array): AlertEvent {
  const document = alertEventSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  return {
    event: document.event,
    actor: document.actor,
    atMs: fromIso(document.at),
    reason: document.reason ?? undefined,
    alert: fromAlertDocument(document.alert),
  };
}
