/** Changes of patients in Debezium's envelope, as a connector on the hospital's database writes them and as we do. */
import { z } from 'zod';
import { PROFILES } from '../../alarms/profile.ts';
import type { LogRecord } from '../../ports/event-log.ts';
import type { Charted, Patient, PatientChange } from '../../ports/patient-directory.ts';
import { messageOf } from '../../runtime/errors.ts';
import { toIso } from '../../runtime/iso-time.ts';
import { VITALS } from '../../vitals/vital.ts';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const identifier = z.union([z.string().min(1), z.number().int()]).transform(String);

/** ISO 8601, or Unix ms, as connectors write times. */
const moment = z.union([z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)), z.int()]);

const sides = z.strictObject({ low: z.number().optional(), high: z.number().optional() });
const overrides = z.partialRecord(z.enum(VITALS), sides);
/** A column of JSON arrives as its text. */
const limits = z.union([overrides, z.string().transform(fromJson).pipe(overrides)]);

const rowSchema = z.object({
  patient_id: identifier,
  name: text,
  age: z
    .number()
    .nullish()
    .transform((age) => age ?? undefined),
  region: z.string().min(1),
  ward: text,
  bed: z
    .union([z.string(), z.number()])
    .nullish()
    .transform((bed) => String(bed ?? '')),
  primary_doctor: text,
  risk_level: text,
  profile: z.enum(PROFILES).nullish(),
  limits: limits.nullish(),
  limits_revision: z.int().nonnegative().nullish(),
  oxygen_scale: z.union([z.literal(1), z.literal(2)]).nullish(),
  pregnant: z.boolean().nullish(),
  supplemental_oxygen: z.boolean().nullish(),
  supplemental_oxygen_at: moment.nullish(),
  consciousness: z.enum(['unknown', 'alert', 'new_confusion', 'voice', 'pain', 'unresponsive']).nullish(),
  consciousness_at: moment.nullish(),
  state: z.enum(['admitted', 'discharged']).nullish(),
  discharged_at: moment.nullish(),
  device_id: z.string().nullish(),
});

const envelopeSchema = z.discriminatedUnion('op', [
  // c: created, u: updated, r: read by the connector's snapshot.
  z.object({ op: z.enum(['c', 'u', 'r']), after: rowSchema }),
  z.object({ op: z.literal('d') }),
]);

const keySchema = z.object({ patient_id: identifier });

export type DecodedChange = PatientChange | { readonly kind: 'malformed'; readonly reason: string };

/** A record that says nothing we understand is `malformed`; a null value (a tombstone) removes. */
export function decodePatientChange(record: LogRecord): DecodedChange {
  try {
    const patientId = patientIdOf(record.key);
    if (record.value === null) return { kind: 'removed', patientId };
    const envelope = envelopeSchema.parse(unwrap(JSON.parse(Buffer.from(record.value).toString('utf8'))));
    if (envelope.op === 'd') return { kind: 'removed', patientId };
    return { kind: 'put', patient: patientOf(envelope.after) };
  } catch (error) {
    // Zod's own message would quote nothing but paths; a JSON error may quote the text, which names a patient.
    const reason =
      error instanceof z.ZodError
        ? error.issues.map((issue) => `${issue.path.join('.') || 'envelope'}: ${issue.code}`).join(', ')
        : error instanceof SyntaxError
          ? 'not JSON'
          : messageOf(error);
    return { kind: 'malformed', reason };
  }
}

function patientOf(row: z.output<typeof rowSchema>): Patient {
  return {
    id: row.patient_id,
    name: row.name,
    age: row.age,
    region: row.region,
    ward: row.ward,
    bed: row.bed,
    primaryDoctor: row.primary_doctor,
    riskLevel: row.risk_level,
    profile: row.profile ?? undefined,
    limits: row.limits ?? undefined,
    limitsRevision: row.limits_revision ?? undefined,
    oxygenScale: row.oxygen_scale ?? undefined,
    pregnant: row.pregnant ?? undefined,
    supplementalOxygen: charted(row.supplemental_oxygen, row.supplemental_oxygen_at),
    consciousness: charted(row.consciousness, row.consciousness_at),
    state: row.state ?? undefined,
    dischargedAtMs: row.discharged_at ?? undefined,
    deviceId: row.device_id ?? undefined,
  };
}

/** What was observed without a time says nothing about now. */
function charted<T>(value: T | null | undefined, atMs: number | null | undefined): Charted<T> | undefined {
  return value === null || value === undefined || atMs === null || atMs === undefined
    ? undefined
    : { value, atMs };
}

/** What a change from `before` to `after` is in the topic; undefined stands for a row that is not there. */
export function encodePatientChange(
  before: Patient | undefined,
  after: Patient | undefined,
  atMs: number,
): Uint8Array {
  const envelope = {
    before: rowOf(before),
    after: rowOf(after),
    op: after ? (before ? 'u' : 'c') : 'd',
    ts_ms: atMs,
    source: { connector: 'vitalwire', name: 'vitalwire', ts_ms: atMs, snapshot: 'false', table: 'patients' },
  };
  return Buffer.from(JSON.stringify(envelope));
}

function rowOf(patient: Patient | undefined): z.input<typeof rowSchema> | null {
  if (!patient) return null;
  return {
    patient_id: patient.id,
    name: patient.name,
    age: patient.age ?? null,
    region: patient.region,
    ward: patient.ward,
    bed: patient.bed,
    primary_doctor: patient.primaryDoctor,
    risk_level: patient.riskLevel,
    profile: patient.profile ?? null,
    limits: patient.limits ?? null,
    limits_revision: patient.limitsRevision ?? null,
    oxygen_scale: patient.oxygenScale ?? null,
    pregnant: patient.pregnant ?? null,
    supplemental_oxygen: patient.supplementalOxygen?.value ?? null,
    supplemental_oxygen_at: isoOrNull(patient.supplementalOxygen?.atMs),
    consciousness: patient.consciousness?.value ?? null,
    consciousness_at: isoOrNull(patient.consciousness?.atMs),
    state: patient.state ?? null,
    discharged_at: isoOrNull(patient.dischargedAtMs),
    device_id: patient.deviceId ?? null,
  };
}

const isoOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : toIso(ms));

function fromJson(json: string, context: z.RefinementCtx): unknown {
  try {
    return JSON.parse(json);
  } catch {
    context.issues.push({ code: 'custom', input: json, message: 'not JSON' });
    return z.NEVER;
  }
}

/** Kafka Connect's JSON converter puts what it writes beside its schema, unless told otherwise. */
function unwrap(document: unknown): unknown {
  const wrapped =
    typeof document === 'object' && document !== null && 'schema' in document && 'payload' in document;
  return wrapped ? document.payload : document;
}

/** The patient's id as it is, or a connector's key document around it. */
function patientIdOf(key: string): string {
  return key.startsWith('{') ? keySchema.parse(unwrap(JSON.parse(key))).patient_id : key;
}
