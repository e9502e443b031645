import { alertDocument, alertSchema } from '@vitalwire/core/alarms/alert-codec.ts';
import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { DevicePresence, LiveScore, LiveVitals } from '@vitalwire/core/ports/live-bus.ts';
import type { Patient } from '@vitalwire/core/ports/patient-directory.ts';
import { toIso } from '@vitalwire/core/runtime/iso-time.ts';
import { latestOf, type LatestVitals } from '@vitalwire/core/vitals/latest.ts';
import { VALIDITIES } from '@vitalwire/core/vitals/quality.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { z } from 'zod';
import { pauseDocument, pauseSchema, type Pause } from '../pause/pause.ts';

const moment = z.iso.datetime();
const priority = z.enum(['low', 'medium', 'high', 'critical']);

const liveVitalSchema = z.object({
  value: z.number(),
  measured_at: moment,
  validity: z.enum(VALIDITIES),
});

const scoreSchema = z.object({
  score: z.int(),
  level: z.enum(['low', 'low-medium', 'medium', 'high']),
  partial: z.boolean().describe('a parameter was missing: a lower bound'),
});

/** What changes with every reading: an entry of a `vitals` frame. */
const vitalsEntrySchema = z.object({
  patient_id: z.string(),
  region: z.string(),
  device_id: z.string().nullable(),
  name: z.string().nullable().describe('null while the directory does not know the patient'),
  age: z.number().nullable(),
  ward: z.string().nullable(),
  bed: z.string().nullable(),
  mode: z.enum(['real', 'test', 'demo']),
  vitals: z.partialRecord(z.enum(VITALS), liveVitalSchema),
  pending: z
    .array(z.object({ type: z.string(), priority, since: moment, due: moment }))
    .describe('crossings that are still being timed, and when they will be alerts if they last'),
  score: scoreSchema.nullable().describe('early-warning score (NEWS2); null until there is one'),
  score_exclusion: z.string().nullable().describe('why the patient has no score at all'),
  pause: pauseSchema.nullable(),
});

/** A patient as a snapshot and the API show her. */
export const patientSchema = vitalsEntrySchema.extend({
  connection: z.enum(['connected', 'born', 'dead', 'lost', 'unknown']),
  battery_percent: z.number().nullable(),
  alerts: z.array(alertSchema).describe('open alerts, the worst first'),
});

export type VitalsEntry = z.infer<typeof vitalsEntrySchema>;
export type PatientDocument = z.infer<typeof patientSchema>;

/** What is known of a patient from each source; any of them may know nothing. */
export interface PatientFacts {
  readonly patientId: string;
  readonly region: string;
  readonly patient: Patient | undefined;
  readonly live: LiveVitals | undefined;
  readonly presence: DevicePresence | undefined;
  readonly pause: Pause | undefined;
}

export function vitalsEntry(facts: PatientFacts): VitalsEntry {
  const { patient, live } = facts;
  return {
    patient_id: facts.patientId,
    region: facts.region,
    device_id: live?.deviceId ?? facts.presence?.deviceId ?? null,
    name: patient?.name ?? null,
    age: patient?.age ?? null,
    ward: patient?.ward ?? null,
    bed: patient?.bed ?? null,
    mode: live?.mode ?? 'real',
    vitals: live ? vitalsDocument(live.vitals) : {},
    pending: (live?.pending ?? []).map(({ type, priority, sinceMs, dueMs }) => ({
      type,
      priority,
      since: toIso(sinceMs),
      due: toIso(dueMs),
    })),
    score: live?.score ? scoreDocument(live.score) : null,
    score_exclusion: live?.scoreExclusion ?? null,
    pause: facts.pause ? pauseDocument(facts.pause) : null,
  };
}

function vitalsDocument(latest: LatestVitals): VitalsEntry['vitals'] {
  const vitals: VitalsEntry['vitals'] = {};
  for (const [index, name] of VITALS.entries()) {
    const vital = latestOf(latest, index);
    if (!vital) continue;
    vitals[name] = { value: vital.value, measured_at: toIso(vital.measuredAtMs), validity: vital.validity };
  }
  return vitals;
}

export function patientDocument(facts: PatientFacts, alerts: readonly Alert[]): PatientDocument {
  return {
    ...vitalsEntry(facts),
    connection: facts.presence?.state ?? 'unknown',
    battery_percent: facts.presence?.batteryPercent ?? null,
    alerts: alerts.map(alertDocument),
  };
}

const scoreDocument = ({ score, level, partial }: LiveScore): z.infer<typeof scoreSchema> => ({
  score,
  level,
  partial,
});
