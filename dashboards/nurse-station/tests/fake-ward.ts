/** Beds that live: vitals that wander, alerts raised by hand, and a past that is computed when asked for. */
import type { AlertDocument, PatientDocument } from '../src/feed/frames.ts';
import type { Limits } from '../src/feed/patient.ts';
import { fakeBurden } from './fake-burden.ts';

const NAMES = [
  'Ruiz, Ana',
  'Okafor, Chidi',
  'Lindqvist, Maja',
  'Nguyen, Thi Hoa',
  'Dubois, Henri',
  'Kowalska, Zofia',
  'Abdi, Fatima',
  'Silva, Joao',
  'Papadopoulos-Anagnostou, Konstantinos',
  'Kim, Min-jun',
  'Brown, Grace',
  'Haddad, Samir',
];

interface Bed {
  document: PatientDocument;
  readonly base: Readonly<Record<string, number>>;
  silentSinceMs: number | undefined;
  cuffMs: number;
  limits: Limits;
  chart: Record<string, unknown>;
}

type Event = { type: 'alert'; cursor: string; alert: AlertDocument };

const LIMITS: Limits = {
  heartbeat: {
    low: [
      { priority: 'medium', limit: 50 },
      { priority: 'high', limit: 45 },
      { priority: 'critical', limit: 40 },
    ],
    high: [
      { priority: 'medium', limit: 120 },
      { priority: 'high', limit: 130 },
      { priority: 'critical', limit: 150 },
    ],
  },
  oxygen_saturation: {
    low: [
      { priority: 'medium', limit: 90 },
      { priority: 'critical', limit: 80 },
    ],
    high: [],
  },
  respiratory_rate: { low: [{ priority: 'medium', limit: 8 }], high: [{ priority: 'medium', limit: 30 }] },
  blood_pressure_systolic: {
    low: [{ priority: 'medium', limit: 90 }],
    high: [{ priority: 'medium', limit: 180 }],
  },
  temperature: { low: [{ priority: 'medium', limit: 95 }], high: [{ priority: 'medium', limit: 102.2 }] },
};

const iso = (ms: number): string => new Date(ms).toISOString();

/** Repeatable noise in -1..1 for a place in time. */
function noise(seed: number, t: number): number {
  return (
    Math.sin(t * 0.7 + seed) * 0.5 +
    Math.sin(t * 0.113 + seed * 3.1) * 0.3 +
    Math.sin(t * 2.9 + seed * 7) * 0.2
  );
}

export class FakeWard {
  onAlert: (event: Event) => void = () => undefined;
  readonly #beds = new Map<string, Bed>();
  /** Watched no more, but on record. */
  readonly #discharged = new Map<string, Bed>();
  readonly #events: Event[] = [];
  readonly #alerts = new Map<string, AlertDocument>();
  readonly #startedMs: number;

  constructor(count: number, nowMs: number) {
    this.#startedMs = nowMs;
    for (let i = 0; i < count; i++) this.#place(`P${1001 + i}`, i, nowMs);
    this.step(nowMs);
  }

  admit(id: string, place: Partial<PatientDocument>): void {
    this.#place(id, this.#beds.size, Date.now());
    Object.assign(this.patient(id) ?? {}, place);
  }

  discharge(id: string): void {
    const bed = this.#beds.get(id);
    if (bed !== undefined) this.#discharged.set(id, bed);
    this.#beds.delete(id);
  }

  /** Whose device it is. */
  holderOf(deviceId: string | null | undefined): string | undefined {
    return [...this.#beds.values()].find(({ document }) => document.device_id === deviceId)?.document
      .patient_id;
  }

  #place(id: string, i: number, nowMs: number): void {
    this.#beds.set(id, {
      base: {
        heartbeat: 62 + ((i * 7) % 40),
        oxygen_saturation: 94 + (i % 5),
        respiratory_rate: 13 + (i % 8),
      },
      silentSinceMs: undefined,
      limits: LIMITS,
      chart: {},
      cuffMs: nowMs - ((i * 97) % 1500) * 1000,
      document: {
        patient_id: id,
        region: i % 3 === 2 ? 'Southwest' : 'Northeast',
        device_id: `MON-${id}`,
        vitals: {},
        score: i % 9 === 0 ? null : scoreOf((i * 5) % 7, i % 8 === 3),
        connection: 'born',
        alerts: [],
        name: NAMES[i % NAMES.length] ?? null,
        age: 30 + ((i * 13) % 60),
        bed: String(i + 1),
        ward: i < 30 ? 'Cardiology 4A' : 'Medicine 5B',
        mode: 'real',
        pending: [],
        battery_percent: 100 - ((i * 11) % 70),
      },
    });
  }

  snapshot(): object {
    return {
      type: 'snapshot',
      cursor: String(this.#events.length),
      patients: [...[...this.#beds.values()].map(({ document }) => document), ...this.#area()],
    };
  }

  eventsAfter(cursor: string): readonly Event[] {
    return this.#events.slice(Number(cursor));
  }

  /** One second of the ward. */
  step(nowMs: number): object {
    const patients: PatientDocument[] = [];
    for (const [id, bed] of this.#beds) {
      if (bed.silentSinceMs !== undefined && nowMs >= bed.silentSinceMs) continue;
      const seed = Number(id.slice(1));
      const values = valuesAt(bed, seed, nowMs);
      const document = bed.document;
      const measured: PatientDocument['vitals'] = {};
      for (const [vital, value] of Object.entries(values)) {
        const intermittent = vital.startsWith('blood_pressure') || vital === 'temperature';
        const at = iso(intermittent ? bed.cuffMs : nowMs);
        measured[vital] = { value, measured_at: at, validity: document.vitals?.[vital]?.validity ?? 'valid' };
      }
      document.vitals = { ...document.vitals, ...measured };
      if (document.pause && Date.parse(document.pause.until) <= nowMs) document.pause = null;
      document.pending = (document.pending ?? []).filter(({ due }) => Date.parse(due) > nowMs);
      patients.push({
        patient_id: id,
        vitals: measured,
        pending: document.pending,
        mode: document.mode ?? 'real',
        pause: document.pause ?? null,
      });
    }
    return { type: 'vitals', at: iso(nowMs), patients };
  }

  raise(
    patientId: string,
    alert: Partial<AlertDocument> & Pick<AlertDocument, 'type' | 'priority'>,
  ): AlertDocument {
    const bed = this.#beds.get(patientId);
    const now = iso(Date.now());
    const raised: AlertDocument = {
      id: `a${this.#events.length + 1}`,
      version: 1,
      patient_id: patientId,
      region: bed?.document.region ?? 'Northeast',
      device_id: bed?.document.device_id ?? '',
      kind: 'physiological',
      status: 'pending',
      value: null,
      threshold: null,
      message: alert.type.replaceAll('_', ' '),
      mode: bed?.document.mode ?? 'real',
      timestamp: now,
      onset: now,
      ended_at: null,
      acknowledged_by: null,
      acknowledged_at: null,
      resolved_at: null,
      ...alert,
    };
    this.#publish(raised, 'raised');
    return raised;
  }

  end(id: string): void {
    const alert = this.#alerts.get(id);
    if (alert === undefined) return;
    const ended = { ...alert, version: (alert.version ?? 1) + 1, ended_at: iso(Date.now()) };
    const latches =
      alert.status === 'pending' && (alert.priority === 'critical' || alert.priority === 'high');
    if (latches) this.#publish(ended, 'updated');
    else this.#publish({ ...ended, status: 'resolved', resolved_at: iso(Date.now()) }, 'resolved');
  }

  acknowledge(id: string, by: string, nowMs: number): AlertDocument | undefined {
    const alert = this.#alerts.get(id);
    if (alert === undefined || alert.status === 'resolved') return undefined;
    const seen: AlertDocument = {
      ...alert,
      version: (alert.version ?? 1) + 1,
      acknowledged_by: by,
      acknowledged_at: iso(nowMs),
    };
    // A latched alert has nothing left to wait for.
    if (alert.ended_at) this.#publish({ ...seen, status: 'resolved', resolved_at: iso(nowMs) }, 'resolved');
    else this.#publish({ ...seen, status: 'acknowledged' }, 'acknowledged');
    return this.#alerts.get(id);
  }

  escalate(id: string): void {
    const alert = this.#alerts.get(id);
    if (alert === undefined) return;
    const step = (alert.escalation_step ?? 0) + 1;
    this.#publish({ ...alert, version: (alert.version ?? 1) + 1, escalation_step: step }, 'escalated');
  }

  remind(id: string, nowMs: number): void {
    const alert = this.#alerts.get(id);
    if (alert === undefined) return;
    this.#publish(
      { ...alert, version: (alert.version ?? 1) + 1, reminded_at: iso(nowMs) },
      'updated',
      'reminder',
    );
  }

  pause(patientId: string, by: string, seconds: number, nowMs: number): void {
    const document = this.patient(patientId);
    if (document === undefined) return;
    const [worst] = (document.alerts ?? []).map(({ priority }) => priority);
    document.pause = { until: iso(nowMs + seconds * 1000), by, priority: worst ?? 'medium' };
  }

  resume(patientId: string): void {
    const document = this.patient(patientId);
    if (document !== undefined) document.pause = null;
  }

  limits(patientId: string): Limits {
    return this.#beds.get(patientId)?.limits ?? LIMITS;
  }

  setLimits(patientId: string, limits: Limits): void {
    const bed = this.#beds.get(patientId);
    if (bed === undefined) return;
    for (const [vital, sides] of Object.entries(limits)) {
      const before = bed.limits[vital as keyof Limits] ?? { low: [], high: [] };
      bed.limits = { ...bed.limits, [vital]: { ...before, ...sides } };
    }
  }

  chart(patientId: string, values: Record<string, unknown>): void {
    Object.assign(this.#beds.get(patientId)?.chart ?? {}, values);
  }

  charted(patientId: string): Readonly<Record<string, unknown>> {
    return this.#beds.get(patientId)?.chart ?? {};
  }

  patient(patientId: string): PatientDocument | undefined {
    return this.#beds.get(patientId)?.document;
  }

  silence(patientId: string, fromMs: number | undefined): void {
    const bed = this.#beds.get(patientId);
    if (bed !== undefined) bed.silentSinceMs = fromMs;
  }

  /** What an API request would find; undefined where nothing is there. */
  get(path: string, query: URLSearchParams, nowMs: number): unknown {
    const [, id, part] = /^\/patients\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
    if (path === '/patients')
      return { items: [...this.#beds.values()].map(({ document }) => document), next: null };
    if (path === '/alerts') return this.#alertPage(query);
    const [, alertId] = /^\/alerts\/([^/]+)$/.exec(path) ?? [];
    if (alertId !== undefined) return this.#alertWithHistory(alertId);
    if (path === '/reports/alarm-burden') {
      const beds = [...this.#beds.values()].map(({ document }) => document.bed ?? '');
      return fakeBurden(query.get('from') ?? '', query.get('to') ?? '', beds);
    }
    const patientId = decodeURIComponent(id ?? '');
    const bed = this.#beds.get(patientId) ?? this.#discharged.get(patientId);
    if (bed === undefined) return undefined;
    if (part === undefined) {
      const state = this.#beds.has(patientId) ? 'admitted' : 'discharged';
      return { ...bed.document, state, limits: bed.limits, ...bed.chart };
    }
    if (part === 'vitals') return this.#series(bed, query, nowMs);
    if (part === 'risk') {
      return {
        risk_score: 5,
        alert_level: 'medium',
        risk_factors: {
          respiratory_rate: 2,
          oxygen_saturation: 2,
          supplemental_oxygen: 0,
          blood_pressure_systolic: 0,
          heartbeat: 1,
          consciousness: 0,
        },
        timestamp: iso(nowMs - 40_000),
        partial: true,
        assumed: ['supplemental_oxygen', 'consciousness'],
      };
    }
    return undefined;
  }

  /** A ward as it is at night: most beds quiet, one in danger, one of each other thing. */
  scenario(nowMs: number): void {
    const ago = (s: number): string => iso(nowMs - s * 1000);
    const set = (id: string, change: Partial<PatientDocument>): void => {
      Object.assign(this.#beds.get(id)?.document ?? {}, change);
    };
    this.raise('P1037', {
      type: 'low_oxygen_saturation',
      priority: 'critical',
      value: 79,
      threshold: 80,
      message: 'SpO₂ 79 % below 80 for 5 s',
      onset: ago(35),
      timestamp: ago(30),
    });
    this.#hold('P1037', { oxygen_saturation: 78, heartbeat: 118 });
    this.raise('P1012', {
      type: 'high_heartrate',
      priority: 'high',
      value: 134,
      threshold: 130,
      onset: ago(80),
      timestamp: ago(70),
      message: 'Heart rate 134/min above 130 for 10 s',
    });
    this.#hold('P1012', { heartbeat: 135 });
    const seen = this.raise('P1005', {
      type: 'high_respiratory_rate',
      priority: 'medium',
      value: 31,
      threshold: 30,
      onset: ago(400),
      timestamp: ago(390),
    });
    this.#hold('P1005', { respiratory_rate: 32 });
    this.acknowledge(seen.id, 'Maja Lindqvist', nowMs - 300_000);
    this.raise('P1021', {
      type: 'low_blood_pressure_systolic',
      priority: 'medium',
      value: 88,
      threshold: 90,
      onset: ago(200),
      timestamp: ago(200),
    });
    const latched = this.raise('P1044', {
      type: 'low_heartrate',
      priority: 'high',
      value: 43,
      threshold: 45,
      onset: ago(600),
      timestamp: ago(590),
    });
    this.end(latched.id);
    this.raise('P1008', {
      type: 'signal_lost',
      kind: 'technical',
      priority: 'low',
      onset: ago(90),
      timestamp: ago(60),
      message: 'No readings from the bedside device',
    });
    this.silence('P1008', nowMs - 90_000);
    set('P1008', { connection: 'lost' });
    this.raise('P1050', {
      type: 'battery_low',
      kind: 'technical',
      priority: 'low',
      onset: ago(900),
      timestamp: ago(900),
    });
    set('P1050', { battery_percent: 8 });
    set('P1060', { mode: 'test' });
    const oldest = this.raise('P1037', {
      type: 'high_heartrate',
      priority: 'medium',
      value: 121,
      threshold: 120,
      onset: ago(3000),
      timestamp: ago(2990),
    });
    this.acknowledge(oldest.id, 'Maja Lindqvist', nowMs - 2_900_000);
    this.end(oldest.id);
    const vitals = this.#beds.get('P1015')?.document.vitals;
    if (vitals?.['heartbeat']) vitals['heartbeat'].validity = 'questionable';
    const due = nowMs + 12_000;
    set('P1030', {
      pending: [{ type: 'low_oxygen_saturation', priority: 'medium', since: ago(3), due: iso(due) }],
    });
    this.#hold('P1030', { oxygen_saturation: 89 });
    const critical = this.#alertOf('P1037', 'low_oxygen_saturation');
    if (critical !== undefined) this.escalate(critical.id);
    this.raise('P1021', {
      type: 'lead_off',
      kind: 'technical',
      priority: 'medium',
      onset: ago(50),
      timestamp: ago(50),
    });
    this.raise('P1011', {
      type: 'high_heartrate',
      priority: 'medium',
      value: 124,
      threshold: 120,
      onset: ago(60),
      timestamp: ago(50),
    });
    this.#hold('P1011', { heartbeat: 125 });
    this.pause('P1011', 'Maja Lindqvist', 100, nowMs);
  }

  /** A gateway is away: one alert of no patient. */
  storm(): AlertDocument {
    return this.raise('', {
      type: 'gateway_away',
      kind: 'technical',
      priority: 'high',
      region: 'Southwest',
      message: 'Gateway of Southwest is away: 24 devices',
    });
  }

  #alertOf(patientId: string, type: string): AlertDocument | undefined {
    return [...this.#alerts.values()].find((alert) => alert.patient_id === patientId && alert.type === type);
  }

  /** As the engine has it: an entry without a patient carries the alerts of an area. */
  #area(): PatientDocument[] {
    const alerts = [...this.#alerts.values()].filter(
      ({ patient_id: id, status }) => id === '' && status !== 'resolved',
    );
    return alerts.length === 0 ? [] : [{ patient_id: '', alerts }];
  }

  #hold(patientId: string, values: Readonly<Record<string, number>>): void {
    Object.assign(this.#beds.get(patientId)?.base ?? {}, values);
  }

  #publish(alert: AlertDocument, event: string, reason: string | null = null): void {
    const changed = { ...alert, event, ...(reason === null ? {} : { reason }) };
    this.#alerts.set(alert.id, changed);
    const patient = this.#beds.get(alert.patient_id ?? '')?.document;
    if (patient !== undefined) {
      const others = (patient.alerts ?? []).filter(({ id }) => id !== alert.id);
      patient.alerts = alert.status === 'resolved' ? others : [...others, changed];
    }
    const frame: Event = { type: 'alert', cursor: String(this.#events.length + 1), alert: changed };
    this.#events.push(frame);
    this.onAlert(frame);
  }

  #alertPage(query: URLSearchParams): object {
    const items = [...this.#alerts.values()].filter(
      (alert) =>
        (query.get('patient') ?? alert.patient_id) === alert.patient_id &&
        (query.get('status') ?? alert.status) === alert.status &&
        (query.get('priority') ?? alert.priority) === alert.priority &&
        (query.get('type') ?? alert.type) === alert.type &&
        (query.get('from') ?? '') <= alert.timestamp &&
        (query.get('to') ?? '9') > alert.timestamp &&
        (query.get('region') ?? alert.region) === alert.region,
    );
    const newest = items.sort((a, b) => (a.timestamp < b.timestamp ? 1 : -1));
    const from = Number(query.get('after') ?? 0);
    const limit = Number(query.get('limit') ?? 50);
    const next = from + limit < newest.length ? String(from + limit) : null;
    return { items: newest.slice(from, from + limit), next };
  }

  #alertWithHistory(id: string): object | undefined {
    const alert = this.#alerts.get(id);
    if (alert === undefined) return undefined;
    const history = this.#events
      .filter((event) => event.alert.id === id)
      .map(({ alert: after }) => ({
        event_id: `${id}:${after.version ?? 1}`,
        event: after.event ?? 'raised',
        actor: after.event === 'acknowledged' ? after.acknowledged_by : 'system',
        at: after.acknowledged_at ?? after.timestamp,
        reason: null,
        alert: after,
      }));
    return { ...alert, history };
  }

  #series(bed: Bed, query: URLSearchParams, nowMs: number): object {
    const from = Date.parse(query.get('from') ?? '');
    const to = Math.min(Date.parse(query.get('to') ?? ''), nowMs);
    const asked = query.get('resolution') ?? 'auto';
    const span = to - from;
    const resolution =
      asked !== 'auto' ? asked : span <= 4 * 3_600_000 ? 'raw' : span <= 8 * 86_400_000 ? '5m' : '1h';
    const step = resolution === 'raw' ? 1000 : resolution === '5m' ? 300_000 : 3_600_000;
    const points: object[] = [];
    const seed = Number(bed.document.patient_id.slice(1));
    for (let at = Math.ceil(from / step) * step; at < to; at += step) {
      // A monitor that was off for a while, once an hour of its past, and once a day for longer.
      const minute = (at / 60_000) % 60;
      if (resolution === 'raw' ? minute > 17 && minute < 19 : (at / 3_600_000) % 24 > 21.5) continue;
      const values = valuesAt(bed, seed, at, at < this.#startedMs - 60_000);
      const point: Record<string, number | string> = { at: iso(at) };
      for (const [vital, value] of Object.entries(values)) {
        const intermittent = vital.startsWith('blood_pressure') || vital === 'temperature';
        if (resolution === 'raw' && intermittent && at % 900_000 !== 0) continue;
        point[vital] = value;
        if (resolution === 'raw') continue;
        const spread = vital === 'temperature' ? 0.4 : 4 + 3 * Math.abs(noise(seed, at / step));
        point[`${vital}_min`] = value - spread;
        point[`${vital}_max`] = Math.min(value + spread, vital === 'oxygen_saturation' ? 100 : 999);
        point[`${vital}_count`] = step / 1000;
      }
      points.push(point);
    }
    return { patient_id: bed.document.patient_id, resolution, points };
  }
}

function scoreOf(score: number, partial: boolean): { score: number; level: string; partial: boolean } {
  return { score, level: score >= 7 ? 'high' : score >= 5 ? 'medium' : 'low', partial };
}

function valuesAt(bed: Bed, seed: number, atMs: number, past = false): Record<string, number> {
  const t = (atMs / 1000) % 1_000_000;
  const round = (value: number): number => Math.round(value * 10) / 10;
  const base = (vital: string, usual: number): number => (past ? usual : (bed.base[vital] ?? usual));
  return {
    heartbeat: round(base('heartbeat', 74 + (seed % 11)) + 3 * noise(seed, t / 9)),
    oxygen_saturation: Math.min(100, round(base('oxygen_saturation', 96) + noise(seed + 1, t / 14))),
    respiratory_rate: round(base('respiratory_rate', 15) + 1.5 * noise(seed + 2, t / 11)),
    blood_pressure_systolic: Math.round(112 + (seed % 30) + 6 * noise(seed + 3, t / 900)),
    blood_pressure_diastolic: Math.round(68 + (seed % 14) + 4 * noise(seed + 4, t / 900)),
    temperature: round(98 + (seed % 12) / 10 + 0.4 * noise(seed + 5, t / 2000)),
  };
}
