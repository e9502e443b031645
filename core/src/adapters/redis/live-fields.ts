import { z } from 'zod';
import type { DevicePresence, LiveVitals, PendingCrossing, Pulse } from '../../ports/live-bus.ts';
import type { AlertType } from '../../alarms/condition.ts';
import { fromIso, toIso } from '../../runtime/iso-time.ts';
import { fromRollingDocument, rollingDocument, rollingSchema } from './live-rolling.ts';
import {
  decodePresence as presenceOf,
  encodePresence as presenceBytes,
} from '../../vitals/presence-codec.ts';
import { latestOf, packLatest, type LatestVital } from '../../vitals/latest.ts';
import { VALIDITIES } from '../../vitals/quality.ts';
import { VITALS, type VitalName } from '../../vitals/vital.ts';

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

type VitalsDocument = z.infer<typeof vitalsSchema>;

/**
 * A patient's hash as fields and values in turn: each vital by its own name, so that redis-cli reads it; the rest beside it. A vital that was
 * not measured at `measured_at` has a moment of its own, `<vital>_measured_at`, and one that is not simply valid a `<vital>_validity`.
 */
export function toVitalsFields(live: LiveVitals): string[] {
  const measuredAt = toIso(live.measuredAtMs);
  const fields = ['patient_id', live.patientId, 'region', live.region, 'device_id', live.deviceId];
  fields.push('mode', live.mode, 'measured_at', measuredAt);
  for (const [index, name] of VITALS.entries()) {
    const vital = latestOf(live.vitals, index);
    if (vital === undefined) continue;
    fields.push(name, String(vital.value));
    if (vital.measuredAtMs !== live.measuredAtMs)
      fields.push(`${name}_measured_at`, toIso(vital.measuredAtMs));
    if (vital.validity !== 'valid') fields.push(`${name}_validity`, vital.validity);
  }
  if (live.pending.length > 0) fields.push('pending', JSON.stringify(live.pending.map(pendingDocument)));
  if (live.rolling) fields.push('rolling', JSON.stringify(rollingDocument(live.rolling)));
  if (live.score) fields.push('score', JSON.stringify(live.score));
  if (live.scoreExclusion !== undefined) fields.push('score_exclusion', live.scoreExclusion);
  return fields;
}

const pendingDocument = ({
  type,
  priority,
  sinceMs,
  dueMs,
}: PendingCrossing): z.infer<typeof pendingSchema> => ({
  type,
  priority,
  since: toIso(sinceMs),
  due: toIso(dueMs),
});

/** Undefined where there are none. @throws SyntaxError or ZodError where a hash holds something else */
export function fromVitalsFields(hash: Readonly<Record<string, string>>): LiveVitals | undefined {
  if (hash['patient_id'] === undefined) return undefined;
  const vitals: Record<string, unknown> = {};
  for (const name of VITALS) {
    const value = hash[name];
    if (value === undefined) continue;
    const measured_at = hash[`${name}_measured_at`] ?? hash['measured_at'];
    vitals[name] = { value: Number(value), measured_at, validity: hash[`${name}_validity`] ?? 'valid' };
  }
  const pending: unknown = JSON.parse(hash['pending'] ?? '[]');
  const rolling: unknown = hash['rolling'] === undefined ? undefined : JSON.parse(hash['rolling']);
  const score: unknown = hash['score'] === undefined ? undefined : JSON.parse(hash['score']);
  return fromVitalsDocument(vitalsSchema.parse({ ...hash, vitals, pending, rolling, score }));
}

function fromVitalsDocument(document: VitalsDocument): LiveVitals {
  const vitals: Partial<Record<VitalName, LatestVital>> = {};
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
    vitals: packLatest(vitals),
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
