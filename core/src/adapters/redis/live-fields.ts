import { z } from 'zod';
import type { DevicePresence, LiveVital, LiveVitals, PendingCrossing, Pulse } from '../../ports/live-bus.ts';
import type { AlertType } from '../../alarms/condition.ts';
import { fromIso, toIso } from '../../runtime/iso-time.ts';
import { fromRollingDocument, rollingDocument, rollingSchema } from './live-rolling.ts';
import {
  decodePresence as presenceOf,
  encodePresence as presenceBytes,
} from '../../vitals/presence-codec.ts';
import { VITALS, type VitalName } from '../../vitals/vital.ts';

const VALIDITIES = ['valid', 'questionable', 'invalid', 'not_available'] as const;

const vitalSchema = z.object({ value: z.number(), measured_at: z.string(), validity: z.enum(VALIDITIES) });

const pendingSchema = z.object({
  type: z.string(),
  priority: z.enum(['low', 'medium', 'high', 'critical']),
  since: z.string(),
  due: z.string(),
});

const scoreSchema = z.object({
  score: z.number(),
  level: z.enum(['low', 'low-medium', 'medium', 'high']),
  partial: z.boolean(),
});

const vitalsSchema = z.object({
  patient_id: z.string(),
  region: z.string(),
  device_id: z.string(),
  mode: z.enum(['real', 'test', 'demo']),
  measured_at: z.string(),
  vitals: z.partialRecord(z.enum(VITALS), vitalSchema),
  pending: z.array(pendingSchema),
  rolling: rollingSchema.optional(),
  score: scoreSchema.optional(),
  score_exclusion: z.string().optional(),
});

export type VitalsDocument = z.infer<typeof vitalsSchema>;

export function vitalsDocument(live: LiveVitals): VitalsDocument {
  const vitals: VitalsDocument['vitals'] = {};
  for (const [name, vital] of Object.entries(live.vitals) as [VitalName, LiveVital][]) {
    vitals[name] = {
      value: vital.value,
      measured_at: toIso(vital.measuredAtMs),
      validity: vital.validity,
    };
  }
  return {
    patient_id: live.patientId,
    region: live.region,
    device_id: live.deviceId,
    mode: live.mode,
    measured_at: toIso(live.measuredAtMs),
    vitals,
    pending: live.pending.map(({ type, priority, sinceMs, dueMs }) => ({
      type,
      priority,
      since: toIso(sinceMs),
      due: toIso(dueMs),
    })),
    ...(live.rolling && { rolling: rollingDocument(live.rolling) }),
    ...(live.score && { score: live.score }),
    ...(live.scoreExclusion !== undefined && { score_exclusion: live.scoreExclusion }),
  };
}

function fromVitalsDocument(document: VitalsDocument): LiveVitals {
  const vitals: Partial<Record<VitalName, LiveVital>> = {};
  for (const [name, vital] of Object.entries(document.vitals) as [VitalName, z.infer<typeof vitalSchema>][]) {
    vitals[name] = {
      value: vital.value,
      measuredAtMs: fromIso(vital.measured_at),
      validity: vital.validity,
    };
  }
  return {
    patientId: document.patient_id,
    region: document.region,
    deviceId: document.device_id,
    mode: document.mode,
    measuredAtMs: fromIso(document.measured_at),
    vitals,
    pending: document.pending.map(({ type, priority, since, due }): PendingCrossing => ({
      type: type as AlertType,
      priority,
      sinceMs: fromIso(since),
      dueMs: fromIso(due),
    })),
    ...(document.rolling && { rolling: fromRollingDocument(document.rolling) }),
    ...(document.score && { score: document.score }),
    ...(document.score_exclusion !== undefined && { scoreExclusion: document.score_exclusion }),
  };
}

/** What is said on a region's channel. */
export const encodeVitals = (updates: readonly VitalsDocument[]): string => JSON.stringify(updates);

/** @throws SyntaxError or ZodError */
export const decodeVitals = (json: string): LiveVitals[] =>
  z.array(vitalsSchema).parse(JSON.parse(json)).map(fromVitalsDocument);

/** A patient's hash as fields and values in turn: each vital by its own name, so that redis-cli reads it; the rest beside it. */
export function toVitalsFields(document: VitalsDocument): string[] {
  const { vitals, pending, rolling, score, score_exclusion, ...flat } = document;
  const fields = Object.entries(flat).flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
  for (const [name, vital] of Object.entries(vitals)) {
    fields.push(name, String(vital.value));
    fields.push(`${name}_measured_at`, vital.measured_at, `${name}_validity`, vital.validity);
  }
  fields.push('pending', JSON.stringify(pending));
  if (rolling) fields.push('rolling', JSON.stringify(rolling));
  if (score) fields.push('score', JSON.stringify(score));
  if (score_exclusion !== undefined) fields.push('score_exclusion', score_exclusion);
  return fields;
}

/** Undefined where there are none. @throws SyntaxError or ZodError where a hash holds something else */
export function fromVitalsFields(hash: Readonly<Record<string, string>>): LiveVitals | undefined {
  if (hash['patient_id'] === undefined) return undefined;
  const vitals: Record<string, unknown> = {};
  for (const name of VITALS) {
    const value = hash[name];
    if (value === undefined) continue;
    const [measured_at, validity] = [hash[`${name}_measured_at`], hash[`${name}_validity`]];
    vitals[name] = { value: Number(value), measured_at, validity };
  }
  const pending: unknown = JSON.parse(hash['pending'] ?? '[]');
  const rolling: unknown = hash['rolling'] === undefined ? undefined : JSON.parse(hash['rolling']);
  const score: unknown = hash['score'] === undefined ? undefined : JSON.parse(hash['score']);
  return fromVitalsDocument(vitalsSchema.parse({ ...hash, vitals, pending, rolling, score }));
}

export const encodePresence = (presence: DevicePresence): string =>
  Buffer.from(presenceBytes(presence)).toString('utf8');

/** @throws SyntaxError or ZodError */
export const decodePresence = (json: string): DevicePresence => presenceOf(Buffer.from(json));

const pulseSchema = z.object({ partition: z.number(), at: z.string(), lag_records: z.number() });

export const encodePulse = ({ partition, atMs, lagRecords }: Pulse): string =>
  JSON.stringify({ partition, at: toIso(atMs), lag_records: lagRecords });

/** @throws SyntaxError or ZodError */
export function decodePulse(json: string): Pulse {
  const { partition, at, lag_records } = pulseSchema.parse(JSON.parse(json));
  return { partition, atMs: fromIso(at), lagRecords: lag_records };
}
