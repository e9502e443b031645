/** Frames in, state out: pure, so that what a nurse sees after any sequence of frames can be tested without a browser. */
import {
  toAlert,
  toPatient,
  toPause,
  toPending,
  toScore,
  toVitals,
  type Frame,
  type PatientDocument,
} from './frames.ts';
import {
  unknownPatient,
  type Alert,
  type Patient,
  type Pause,
  type Pending,
  type Vitals,
} from './patient.ts';
import { byUrgency, isHeldOff } from './urgency.ts';

export interface FeedState {
  /** False until the first snapshot: nothing is known, which differs from "there is nobody". */
  readonly loaded: boolean;
  readonly cursor: string | undefined;
  readonly role: string | undefined;
  readonly patients: ReadonlyMap<string, Patient>;
  /** Alerts of no single patient: a gateway or a region is away. Most urgent first. */
  readonly areaAlerts: readonly Alert[];
  /** Last version of alerts lately resolved, oldest first: an older event of theirs must not bring them back. */
  readonly closed: ReadonlyMap<string, number>;
}

export interface FeedOutput {
  readonly state: FeedState;
  /** Alerts to tell the nurse of: new, or worse than before. */
  readonly announce: readonly Alert[];
  /** The alert that the frame changed. */
  readonly changed?: Alert;
}

export const EMPTY_FEED: FeedState = {
  loaded: false,
  cursor: undefined,
  role: undefined,
  patients: new Map(),
  areaAlerts: [],
  closed: new Map(),
};

const CLOSED_KEPT = 500;
const NOTHING: readonly Alert[] = [];

export function reduceFeed(state: FeedState, frame: Frame): FeedOutput {
  switch (frame.type) {
    case 'welcome':
      return { state: { ...state, role: frame.role }, announce: NOTHING };
    case 'snapshot':
      return applySnapshot(state, frame.cursor, frame.patients);
    case 'vitals':
      return { state: applyVitals(state, frame.patients), announce: NOTHING };
    case 'alert':
      return applyAlert(state, toAlert(frame.alert), frame.cursor);
    case 'presence':
      return { state: applyPresence(state, frame), announce: NOTHING };
    case 'left':
      return { state: withoutPatient(state, frame.patient_id), announce: NOTHING };
    case 'heartbeat':
    case 'error':
      break;
  }
  return { state, announce: NOTHING };
}

function applySnapshot(state: FeedState, cursor: string, documents: readonly PatientDocument[]): FeedOutput {
  const patients = new Map<string, Patient>();
  let areaAlerts: readonly Alert[] = [];
  for (const document of documents) {
    const patient = toPatient(document);
    if (patient.patientId === '') {
      areaAlerts = patient.alerts;
      continue;
    }
    const before = state.patients.get(patient.patientId);
    // A value can be newer here than in a snapshot that was long in the making.
    const vitals = before === undefined ? patient.vitals : mergeVitals(before.vitals, patient.vitals);
    patients.set(patient.patientId, { ...patient, vitals });
  }
  const announce = [...areaAlerts, ...[...patients.values()].flatMap((patient) => patient.alerts)].filter(
    (alert) => isNews(alert, findAlert(state, alert)),
  );
  return { state: { ...state, loaded: true, cursor, patients, areaAlerts }, announce };
}

function applyVitals(state: FeedState, documents: readonly PatientDocument[]): FeedState {
  const patients = new Map(state.patients);
  for (const document of documents) {
    const patient = patients.get(document.patient_id) ?? unknownPatient(document.patient_id);
    patients.set(document.patient_id, {
      ...patient,
      region: document.region ?? patient.region,
      deviceId: document.device_id ?? patient.deviceId,
      name: document.name ?? patient.name,
      age: document.age ?? patient.age,
      bed: document.bed ?? patient.bed,
      ward: document.ward ?? patient.ward,
      vitals: mergeVitals(patient.vitals, toVitals(document.vitals ?? {})),
      pending:
        document.pending === undefined ? patient.pending : keptPending(patient.pending, document.pending),
      mode: document.mode ?? patient.mode,
      score: document.score === undefined ? patient.score : toScore(document.score),
      pause: document.pause === undefined ? patient.pause : keptPause(patient.pause, toPause(document.pause)),
    });
  }
  return { ...state, patients };
}

function applyAlert(state: FeedState, alert: Alert, cursor: string | undefined): FeedOutput {
  const moved: FeedState = cursor === undefined ? state : { ...state, cursor };
  const known = findAlert(state, alert);
  const seenVersion = known?.version ?? state.closed.get(alert.id) ?? 0;
  if (alert.version <= seenVersion) return { state: moved, announce: NOTHING };
  const open = alert.status !== 'resolved';
  const closed = open ? moved.closed : withClosed(moved.closed, alert);
  const replace = (alerts: readonly Alert[]): readonly Alert[] => {
    const others = alerts.filter(({ id }) => id !== alert.id);
    return open ? [...others, alert].sort(byUrgency) : others;
  };
  const announce = open && isNews(alert, known) ? [alert] : NOTHING;
  if (alert.patientId === '') {
    return { state: { ...moved, closed, areaAlerts: replace(moved.areaAlerts) }, announce, changed: alert };
  }
  const patient = state.patients.get(alert.patientId);
  if (patient === undefined && !open) return { state: { ...moved, closed }, announce, changed: alert };
  const owner = patient ?? {
    ...unknownPatient(alert.patientId),
    region: alert.region,
    deviceId: alert.deviceId,
    mode: alert.mode,
  };
  return {
    state: { ...withPatient(moved, { ...owner, alerts: replace(owner.alerts) }), closed },
    announce,
    changed: alert,
  };
}

function applyPresence(state: FeedState, frame: Extract<Frame, { type: 'presence' }>): FeedState {
  const patient = frame.patient_id === null ? undefined : state.patients.get(frame.patient_id);
  if (patient === undefined) return state;
  return withPatient(state, {
    ...patient,
    deviceId: frame.device_id,
    connection: frame.state,
    batteryPercent: frame.battery_percent ?? patient.batteryPercent,
  });
}

/** Each vital keeps its newest measurement. */
function mergeVitals(before: Vitals, update: Vitals): Vitals {
  const merged: Vitals = { ...before, ...update };
  const kept: Record<string, unknown> = {};
  for (const [name, vital] of Object.entries(before)) {
    const newer = update[name as keyof Vitals];
    if (newer !== undefined && newer.measuredAtMs < vital.measuredAtMs) kept[name] = vital;
  }
  return { ...merged, ...kept };
}

/** The same array while the same crossings are timed: it comes with every frame and rarely changes. */
function keptPending(
  before: readonly Pending[],
  documents: NonNullable<PatientDocument['pending']>,
): readonly Pending[] {
  const next = toPending(documents);
  const same =
    next.length === before.length &&
    next.every(({ type, sinceMs, dueMs, priority }, index) => {
      const old = before[index];
      return (
        old?.type === type && old.sinceMs === sinceMs && old.dueMs === dueMs && old.priority === priority
      );
    });
  return same ? before : next;
}

function keptPause(before: Pause | undefined, next: Pause | undefined): Pause | undefined {
  const same =
    before?.untilMs === next?.untilMs && before?.by === next?.by && before?.priority === next?.priority;
  return same ? before : next;
}

/** New, of another priority, a step further up the chain, said again because its condition lasts, or no longer held off. */
function isNews(alert: Alert, known: Alert | undefined): boolean {
  if (alert.status === 'resolved' || isHeldOff(alert)) return false;
  if (known !== undefined && isHeldOff(known)) return true;
  if (known !== undefined && alert.remindedAtMs !== undefined && alert.remindedAtMs !== known.remindedAtMs)
    return true;
  if (alert.status !== 'pending') return false;
  return (
    known === undefined || known.priority !== alert.priority || known.escalationStep < alert.escalationStep
  );
}

function findAlert(state: FeedState, alert: Alert): Alert | undefined {
  const alerts = alert.patientId === '' ? state.areaAlerts : state.patients.get(alert.patientId)?.alerts;
  return alerts?.find(({ id }) => id === alert.id);
}

/** Watched no more, here: whatever comes of the patient afterwards (an alert, vitals) brings the bed back. */
function withoutPatient(state: FeedState, patientId: string): FeedState {
  if (!state.patients.has(patientId)) return state;
  const patients = new Map(state.patients);
  patients.delete(patientId);
  return { ...state, patients };
}

function withPatient(state: FeedState, patient: Patient): FeedState {
  return { ...state, patients: new Map(state.patients).set(patient.patientId, patient) };
}

function withClosed(closed: ReadonlyMap<string, number>, alert: Alert): ReadonlyMap<string, number> {
  const next = new Map(closed);
  next.delete(alert.id);
  next.set(alert.id, alert.version);
  for (const id of next.keys()) {
    if (next.size <= CLOSED_KEPT) break;
    next.delete(id);
  }
  return next;
}
