/** A condition as it stands on `alerts.conditions`: JSON, snake_case, ISO 8601 times with milliseconds. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { fromIso, toIso } from '../runtime/iso-time.ts';
import type { AlertType, ConditionEvent, EndReason } from './condition.ts';

const conditionSchema = z.object({
  id: z.string(),
  revision: z.int().positive(),
  event: z.enum(['began', 'changed', 'ended']),
  patient_id: z.string(),
  region: z.string(),
  device_id: z.string(),
  type: z.string(),
  priority: z.enum(['low', 'medium', 'high', 'critical']),
  value: z.number().nullable(),
  threshold: z.number().nullable(),
  onset: z.iso.datetime(),
  at: z.iso.datetime(),
  mode: z.enum(['real', 'test', 'demo']),
  settings_version: z.string(),
  limits_revision: z.int().nonnegative().nullish(),
  reason: z.string().nullish(),
  historical: z.boolean().nullish(),
  began_at: z.iso.datetime().nullish(),
});

/** The same for the same patient, type and onset; 24 hexadecimal digits. */
export function conditionId(patientId: string, type: AlertType, onsetMs: number): string {
  return createHash('sha256').update(`${patientId}\0${type}\0${onsetMs}`).digest('hex').slice(0, 24);
}

export function encodeCondition(event: ConditionEvent): Uint8Array {
  const document: z.infer<typeof conditionSchema> = {
    id: event.id,
    revision: event.revision,
    event: event.event,
    patient_id: event.patientId,
    region: event.region,
    device_id: event.deviceId,
    type: event.type,
    priority: event.priority,
    value: event.value ?? null,
    threshold: event.threshold ?? null,
    onset: toIso(event.onsetMs),
    at: toIso(event.atMs),
    mode: event.mode,
    settings_version: event.settingsVersion,
    ...(event.limitsRevision === undefined ? {} : { limits_revision: event.limitsRevision }),
    ...(event.reason === undefined ? {} : { reason: event.reason }),
    ...(event.historical === undefined
      ? {}
      : { historical: true, began_at: toIso(event.historical.beganAtMs) }),
  };
  return Buffer.from(JSON.stringify(document));
}

/** @throws SyntaxError or ZodError where the bytes are not a condition. */
export function decodeCondition(bytes: Uint8Array): ConditionEvent {
  const document = conditionSchema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  return {
    id: document.id,
    revision: document.revision,
    event: document.event,
    patientId: document.patient_id,
    region: document.region,
    deviceId: document.device_id,
    // A type that a newer pipeline invents travels through an older engine as it is.
    type: document.type as AlertType,
    priority: document.priority,
    value: document.value ?? undefined,
    threshold: document.threshold ?? undefined,
    onsetMs: fromIso(document.onset),
    atMs: fromIso(document.at),
    mode: document.mode,
    settingsVersion: document.settings_version,
    limitsRevision: document.limits_revision ?? undefined,
    // A reason that a newer pipeline invents travels through an older engine as it is.
    reason: (document.reason ?? undefined) as EndReason | undefined,
    historical:
      document.historical === true ? { beganAtMs: fromIso(document.began_at ?? document.onset) } : undefined,
  };
}
