import type { Cancel, Clock } from '@vitalwire/core/runtime/clock.ts';
import { toIso } from '@vitalwire/core/runtime/iso-time.ts';
import { SharedFrame } from './shared-frame.ts';

/** One `vitals` frame of a region, written once and shared by every station that sees the whole region. */
export class VitalsFrame {
  readonly #at: string;
  readonly #patientIds: readonly string[];
  readonly #entries: readonly string[];
  #whole: SharedFrame | undefined;

  /** `entries`: one for each of the patients, in their order. */
  constructor(atMs: number, patientIds: readonly string[], entries: readonly string[]) {
    this.#at = toIso(atMs);
    this.#patientIds = patientIds;
    this.#entries = entries;
  }

  whole(): SharedFrame {
    return (this.#whole ??= this.#write(this.#entries));
  }

  /** Undefined where none of the patients is in it. */
  narrowedTo(patients: ReadonlySet<string>): SharedFrame | undefined {
    const entries = this.#entries.filter((_, i) => patients.has(this.#patientIds[i]!));
    return entries.length === 0 ? undefined : this.#write(entries);
  }

  #write(entries: readonly string[]): SharedFrame {
    return new SharedFrame(`{"type":"vitals","at":"${this.#at}","patients":[${entries.join(',')}]}`);
  }
}

export interface VitalsFanoutOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Stations connected: the more there are, the more patients share a frame. */
  readonly audience: () => number;
  readonly regionOf: (patientId: string) => string | undefined;
  /** The patient's entry as JSON, as of now; undefined if there is nothing to show. */
  readonly entryOf: (patientId: string) => string | undefined;
  readonly send: (region: string, frame: VitalsFrame) => void;
}

interface PatientState {
  readonly patientId: string;
  /** Monotonic ms. */
  sentAtMs: number;
  /** Where she waits to be sent. */
  dirtyIn: RegionState | undefined;
}

interface RegionState {
  readonly name: string;
  /** Who changed, in their order; she who waits elsewhere since, or nowhere, is passed over. */
  dirty: PatientState[];
  /** Monotonic ms. */
  flushedAtMs: number;
  timerDueMs: number;
  cancelTimer: Cancel | undefined;
}

/**
 * Frames of one region are at least this far apart: below what an eye can tell, and a frame for each reading would cost more than it. An alerting
 * pipeline publishes 20 ms apart, give or take what timers are out by; this is less than that, so that the updates of one pipeline (embedded, all
 * there are) go on as they come and are not paced twice. Those of several pipelines, which know nothing of one another, share frames by it.
 */
const PACE_MS_MIN = 15;
/** And this far once a thousand stations are there. */
const PACE_MS_MAX = 50;
const AUDIENCE_PER_MS = 20;

/**
 * Conflates: a patient's first change goes out at once, further ones wait until her interval has passed, and then only the newest goes.
 * Entries are made when they are sent, so what waits costs a name in a set. Patients who change within a few milliseconds share a frame.
 */
export class VitalsFanout {
  readonly #options: VitalsFanoutOptions;
  readonly #regions = new Map<string, RegionState>();
  readonly #patients = new Map<string, PatientState>();

  constructor(options: VitalsFanoutOptions) {
    this.#options = options;
  }

  changed(patientIds: readonly string[]): void {
    if (this.#options.audience() === 0) return;
    const touched = new Set<RegionState>();
    for (const patientId of patientIds) {
      const name = this.#options.regionOf(patientId);
      if (name === undefined) continue;
      const region = this.#region(name);
      const patient = this.#patient(patientId);
      touched.add(region);
      if (patient.dirtyIn === region) continue;
      patient.dirtyIn = region;
      region.dirty.push(patient);
    }
    for (const region of touched) this.#flush(region);
  }

  forget(patientId: string): void {
    const patient = this.#patients.get(patientId);
    if (patient === undefined) return;
    patient.dirtyIn = undefined;
    this.#patients.delete(patientId);
  }

  stop(): void {
    for (const region of this.#regions.values()) region.cancelTimer?.();
    this.#regions.clear();
  }

  #region(name: string): RegionState {
    let region = this.#regions.get(name);
    if (!region) {
      region = {
        name,
        dirty: [],
        flushedAtMs: Number.NEGATIVE_INFINITY,
        timerDueMs: Number.POSITIVE_INFINITY,
        cancelTimer: undefined,
      };
      this.#regions.set(name, region);
    }
    return region;
  }

  #patient(patientId: string): PatientState {
    let patient = this.#patients.get(patientId);
    if (!patient) {
      patient = { patientId, sentAtMs: Number.NEGATIVE_INFINITY, dirtyIn: undefined };
      this.#patients.set(patientId, patient);
    }
    return patient;
  }

  #flush(region: RegionState): void {
    const { clock, audience, entryOf, send, intervalMs } = this.#options;
    if (audience() === 0) {
      for (const patient of region.dirty) patient.dirtyIn = undefined;
      region.dirty = [];
      return;
    }
    const nowMs = clock.monotonic();
    const paceMs = Math.min(PACE_MS_MAX, Math.max(PACE_MS_MIN, audience() / AUDIENCE_PER_MS));
    const openMs = region.flushedAtMs + paceMs;
    if (openMs > nowMs) {
      if (openMs < region.timerDueMs) this.#flushAt(region, openMs, nowMs);
      return;
    }
    const early: PatientState[] = [];
    const patientIds: string[] = [];
    const entries: string[] = [];
    let nextMs = Number.POSITIVE_INFINITY;
    for (const patient of region.dirty) {
      if (patient.dirtyIn !== region) continue;
      const dueMs = patient.sentAtMs + intervalMs;
      if (dueMs > nowMs) {
        nextMs = Math.min(nextMs, dueMs);
        early.push(patient);
        continue;
      }
      patient.dirtyIn = undefined;
      const entry = entryOf(patient.patientId);
      if (entry === undefined) continue;
      patientIds.push(patient.patientId);
      entries.push(entry);
      patient.sentAtMs = nowMs;
    }
    region.dirty = early;
    if (nextMs < region.timerDueMs) this.#flushAt(region, nextMs, nowMs);
    if (entries.length === 0) return;
    region.flushedAtMs = nowMs;
    send(region.name, new VitalsFrame(clock.now(), patientIds, entries));
  }

  #flushAt(region: RegionState, dueMs: number, nowMs: number): void {
    region.cancelTimer?.();
    region.timerDueMs = dueMs;
    // Timers may fire a fraction of a millisecond early; never before a patient's interval has passed.
    region.cancelTimer = this.#options.clock.after(Math.ceil(dueMs - nowMs), () => {
      region.timerDueMs = Number.POSITIVE_INFINITY;
      region.cancelTimer = undefined;
      this.#flush(region);
    });
  }
}
