/** Beds that live: vitals that wander, patients who come, are moved and go. */
import type { PatientDocument } from '../src/feed/frames.ts';
import type { Limits } from '../src/feed/patient.ts';
import { FakeAlerts } from './fake-alerts.ts';
import { makeBed, type FakeBed } from './fake-beds.ts';
import { valuesAt } from './fake-vitals.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

export class FakeWard {
  /** Told of a patient who is watched no more. */
  onLeft: (patient: PatientDocument) => void = () => undefined;
  readonly startedMs: number;
  readonly alerts = new FakeAlerts((patientId) => this.patient(patientId));
  readonly #beds = new Map<string, FakeBed>();
  /** Watched no more, but on record. */
  readonly #discharged = new Map<string, FakeBed>();

  constructor(count: number, nowMs: number) {
    this.startedMs = nowMs;
    for (let i = 0; i < count; i++) this.#beds.set(`P${1001 + i}`, makeBed(`P${1001 + i}`, i, nowMs));
    this.step(nowMs);
  }

  /** With her open alerts, as a snapshot has her. */
  patients(): PatientDocument[] {
    return [...this.#beds.values()].map(({ document }) => ({
      ...document,
      alerts: this.alerts.open(document.patient_id),
    }));
  }

  snapshot(): object {
    const area = this.alerts.open('');
    // As the engine has it: an entry without a patient carries the alerts of an area.
    const areaEntry = area.length === 0 ? [] : [{ patient_id: '', alerts: area }];
    return { type: 'snapshot', cursor: this.alerts.cursor, patients: [...this.patients(), ...areaEntry] };
  }

  /** One second of the ward. */
  step(nowMs: number): {
    readonly type: 'vitals';
    readonly at: string;
    readonly patients: PatientDocument[];
  } {
    const patients: PatientDocument[] = [];
    for (const [id, bed] of this.#beds) {
      if (bed.silentSinceMs !== undefined && nowMs >= bed.silentSinceMs) continue;
      const { document } = bed;
      const measured: PatientDocument['vitals'] = {};
      for (const [vital, value] of Object.entries(valuesAt(bed, Number(id.slice(1)), nowMs))) {
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

  patient(patientId: string): PatientDocument | undefined {
    return this.#beds.get(patientId)?.document;
  }

  /** Of whoever is or was here; `admitted` tells which. */
  record(patientId: string): { readonly bed: FakeBed; readonly admitted: boolean } | undefined {
    const bed = this.#beds.get(patientId) ?? this.#discharged.get(patientId);
    return bed === undefined ? undefined : { bed, admitted: this.#beds.has(patientId) };
  }

  admit(patientId: string, place: Partial<PatientDocument>): void {
    this.#discharged.delete(patientId);
    this.#beds.set(patientId, makeBed(patientId, this.#beds.size, Date.now()));
    Object.assign(this.patient(patientId) ?? {}, place);
  }

  discharges(): object[] {
    return [...this.#discharged.values()]
      .map(({ document: { patient_id, name, age, region, ward, bed } }) => ({
        patient_id,
        name,
        age,
        region,
        ward,
        bed,
        discharged_at: iso(Date.now()),
      }))
      .toReversed();
  }

  discharge(patientId: string): void {
    const bed = this.#beds.get(patientId);
    if (bed === undefined) return;
    this.#discharged.set(patientId, bed);
    this.#beds.delete(patientId);
    this.onLeft(bed.document);
  }

  /** Whose device it is. */
  holderOf(deviceId: string | null | undefined): string | undefined {
    return [...this.#beds.values()].find(({ document }) => document.device_id === deviceId)?.document
      .patient_id;
  }

  pause(patientId: string, by: string, seconds: number, nowMs: number): void {
    const document = this.patient(patientId);
    if (document === undefined) return;
    const [worst] = this.alerts.open(patientId).map(({ priority }) => priority);
    document.pause = { until: iso(nowMs + seconds * 1000), by, priority: worst ?? 'medium' };
  }

  resume(patientId: string): void {
    const document = this.patient(patientId);
    if (document !== undefined) document.pause = null;
  }

  limits(patientId: string): Limits {
    return this.#beds.get(patientId)?.limits ?? {};
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

  silence(patientId: string, fromMs: number | undefined): void {
    const bed = this.#beds.get(patientId);
    if (bed !== undefined) bed.silentSinceMs = fromMs;
  }

  /** From now on the vitals wander about these. */
  hold(patientId: string, values: Readonly<Record<string, number>>): void {
    Object.assign(this.#beds.get(patientId)?.base ?? {}, values);
  }
}
