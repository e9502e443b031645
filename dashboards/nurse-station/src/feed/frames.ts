/** The server's JSON as it stands on the wire, and its reading into the station's own shapes. */
import { isVitalName, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import type {
  AlarmKind,
  AlarmSignal,
  Alert,
  AlertStatus,
  Connection,
  Mode,
  Patient,
  Pause,
  Pending,
  Priority,
  Score,
  Validity,
  Vitals,
  VitalValue,
} from './patient.ts';
import { byUrgency } from './urgency.ts';

export interface AlertDocument {
  id: string;
  version?: number;
  patient_id: string | null;
  region: string;
  device_id: string;
  type: string;
  kind?: AlarmKind;
  priority: Priority;
  status: AlertStatus;
  value: number | null;
  threshold: number | null;
  message: string;
  mode?: Mode;
  timestamp: string;
  onset?: string;
  ended_at?: string | null;
  late?: boolean;
  historical?: boolean;
  acknowledged_by?: string | null;
  acknowledged_at?: string | null;
  resolved_at?: string | null;
  event?: string;
  escalation_step?: number;
  reminded_at?: string | null;
  signal?: AlarmSignal;
  reason?: string | null;
  resolved_by?: string | null;
}

export interface PauseDocument {
  until: string;
  by: string;
  priority: Priority;
}

interface PendingDocument {
  type: string;
  priority: Priority;
  since: string;
  due: string;
}

type VitalsDocument = Record<string, { value: number; measured_at: string; validity?: Validity } | null>;
type ScoreDocument =
  | number
  | { score: number; level?: string; partial?: boolean }
  | { risk_score: number; alert_level?: string; partial?: boolean };

export interface PatientDocument {
  patient_id: string;
  region?: string | null;
  device_id?: string | null;
  vitals?: VitalsDocument;
  score?: ScoreDocument | null;
  connection?: Connection;
  alerts?: AlertDocument[];
  name?: string | null;
  age?: number | null;
  bed?: string | null;
  ward?: string | null;
  mode?: Mode;
  pending?: PendingDocument[];
  pause?: PauseDocument | null;
  battery_percent?: number | null;
}

export type Frame =
  | { type: 'welcome'; session: string; role: string; server_time: string; name?: string }
  | { type: 'snapshot'; cursor: string; patients: PatientDocument[] }
  | { type: 'vitals'; at: string; patients: PatientDocument[] }
  | { type: 'alert'; cursor?: string; alert: AlertDocument }
  | {
      type: 'presence';
      device_id: string;
      patient_id: string | null;
      state: Connection;
      battery_percent?: number | null;
    }
  | { type: 'left'; patient_id: string; region: string; reason: string }
  | { type: 'heartbeat'; at: string }
  | { type: 'error'; code: string; message: string };

const FRAME_TYPES = ['welcome', 'snapshot', 'vitals', 'alert', 'presence', 'left', 'heartbeat', 'error'];

/** Undefined where the text is no frame this version knows: a newer server may say more. */
export function parseFrame(text: string): Frame | undefined {
  try {
    const frame = JSON.parse(text) as { type?: unknown };
    return FRAME_TYPES.includes(frame.type as string) ? (frame as Frame) : undefined;
  } catch {
    return undefined;
  }
}

export function toAlert(document: AlertDocument): Alert {
  const raisedAtMs = Date.parse(document.timestamp);
  return {
    id: document.id,
    version: document.version ?? 1,
    patientId: document.patient_id ?? '',
    region: document.region,
    deviceId: document.device_id,
    type: document.type,
    kind: document.kind ?? 'physiological',
    priority: document.priority,
    status: document.status,
    value: document.value ?? undefined,
    threshold: document.threshold ?? undefined,
    message: document.message,
    mode: document.mode ?? 'real',
    raisedAtMs,
    onsetMs: toMs(document.onset) ?? raisedAtMs,
    endedAtMs: toMs(document.ended_at),
    late: document.late ?? false,
    historical: document.historical ?? false,
    acknowledgedBy: document.acknowledged_by ?? undefined,
    acknowledgedAtMs: toMs(document.acknowledged_at),
    resolvedAtMs: toMs(document.resolved_at),
    escalationStep: document.escalation_step ?? 0,
    remindedAtMs: toMs(document.reminded_at),
    signal: document.signal,
  };
}

export function toPatient(document: PatientDocument): Patient {
  return {
    patientId: document.patient_id,
    region: document.region ?? '',
    deviceId: document.device_id ?? '',
    name: document.name ?? undefined,
    age: document.age ?? undefined,
    bed: document.bed ?? undefined,
    ward: document.ward ?? undefined,
    mode: document.mode ?? 'real',
    connection: document.connection ?? 'unknown',
    batteryPercent: document.battery_percent ?? undefined,
    vitals: toVitals(document.vitals ?? {}),
    pending: toPending(document.pending ?? []),
    score: toScore(document.score),
    pause: toPause(document.pause),
    alerts: (document.alerts ?? [])
      .map(toAlert)
      .filter((alert) => alert.status !== 'resolved')
      .sort(byUrgency),
  };
}

export function toVitals(document: VitalsDocument): Vitals {
  const vitals: Partial<Record<VitalName, VitalValue>> = {};
  for (const [name, vital] of Object.entries(document)) {
    if (!isVitalName(name) || vital === null) continue;
    vitals[name] = {
      value: vital.value,
      measuredAtMs: Date.parse(vital.measured_at),
      validity: vital.validity ?? 'valid',
    };
  }
  return vitals;
}

export function toPending(documents: readonly PendingDocument[]): Pending[] {
  return documents.map(({ type, priority, since, due }) => ({
    type,
    priority,
    sinceMs: Date.parse(since),
    dueMs: Date.parse(due),
  }));
}

export function toScore(document: ScoreDocument | null | undefined): Score | undefined {
  if (document === null || document === undefined) return undefined;
  if (typeof document === 'number') return { value: document, partial: false, level: undefined };
  const partial = document.partial ?? false;
  return 'score' in document
    ? { value: document.score, partial, level: document.level }
    : { value: document.risk_score, partial, level: document.alert_level };
}

export function toPause(document: PauseDocument | null | undefined): Pause | undefined {
  if (document === null || document === undefined) return undefined;
  return { untilMs: Date.parse(document.until), by: document.by, priority: document.priority };
}

function toMs(iso: string | null | undefined): number | undefined {
  return iso === null || iso === undefined ? undefined : Date.parse(iso);
}
