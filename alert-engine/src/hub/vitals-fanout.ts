import type { Cancel, Clock } from '@vitalwire/core/runtime/clock.ts';
import { toIso } from '@vitalwire/core/runtime/iso-time.ts';

/** One `vitals` frame of a region, written once and shared by every station that sees the whole region. */
export class VitalsFrame {
  readonly #at: string;
  readonly #entries: ReadonlyMap<string, string>;
  #whole: Buffer | undefined;

  constructor(atMs: number, entries: ReadonlyMap<string, string>) {
    this.#at = toIso(atMs);
    this.#entries = entries;
  }

  whole(): Buffer {
    return (this.#whole ??= this.#write([...this.#entries.values()]));
  }

  /** Undefined where none of the patients is in it. */
  narrowedTo(patients: ReadonlySet<string>): Buffer | undefined {
    const entries = [...this.#entries].filter(([id]) => patients.has(id)).map(([, entry]) => entry);
    return entries.length === 0 ? undefined : this.#write(entries);
  }

  #write(entries: readonly string[]): Buffer {
    return Buffer.from(`{"type":"vitals","at":"${this.#at}","patients":[${entries.join(',')}]}`);
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

interface RegionState {
  readonly dirty: Set<string>;
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
  readonly #sentAtMs = new Map<string, number>();

  constructor(options: VitalsFanoutOptions) {
    this.#options = options;
  }

  changed(patientIds: readonly string[]): void {
    const touched = new Set<string>();
    for (const patientId of patientIds) {
      const region = this.#options.regionOf(patientId);
      if (region === undefined) continue;
      this.#state(region).dirty.add(patientId);
      touched.add(region);
    }
    for (const region of touched) this.#flush(region);
  }

  forget(patientId: string): void {
    this.#sentAtMs.delete(patientId);
  }

  stop(): void {
    for (const state of this.#regions.values()) state.cancelTimer?.();
    this.#regions.clear();
  }

  #state(region: string): RegionState {
    let state = this.#regions.get(region);
    if (!state) {
      state = {
        dirty: new Set(),
        flushedAtMs: Number.NEGATIVE_INFINITY,
        timerDueMs: Number.POSITIVE_INFINITY,
        cancelTimer: undefined,
      };
      this.#regions.set(region, state);
    }
    return state;
  }

  #flush(region: string): void {
    const { clock, audience, entryOf, send } = this.#options;
    const state = this.#state(region);
    if (audience() === 0) {
      state.dirty.clear();
      return;
    }
    const nowMs = clock.monotonic();
    const paceMs = Math.min(PACE_MS_MAX, Math.max(PACE_MS_MIN, audience() / AUDIENCE_PER_MS));
    const openMs = state.flushedAtMs + paceMs;
    if (openMs > nowMs) {
      if (openMs < state.timerDueMs) this.#flushAt(region, state, openMs, nowMs);
      return;
    }
    const entries = new Map<string, string>();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const patientId of state.dirty) {
      const dueMs = this.#dueMs(patientId);
      if (dueMs > nowMs) {
        nextMs = Math.min(nextMs, dueMs);
        continue;
      }
      state.dirty.delete(patientId);
      const entry = entryOf(patientId);
      if (entry === undefined) continue;
      entries.set(patientId, entry);
      this.#sentAtMs.set(patientId, nowMs);
    }
    if (nextMs < state.timerDueMs) this.#flushAt(region, state, nextMs, nowMs);
    if (entries.size === 0) return;
    state.flushedAtMs = nowMs;
    send(region, new VitalsFrame(clock.now(), entries));
  }

  #dueMs(patientId: string): number {
    return (this.#sentAtMs.get(patientId) ?? Number.NEGATIVE_INFINITY) + this.#options.intervalMs;
  }

  #flushAt(region: string, state: RegionState, dueMs: number, nowMs: number): void {
    state.cancelTimer?.();
    state.timerDueMs = dueMs;
    // Timers may fire a fraction of a millisecond early; never before a patient's interval has passed.
    state.cancelTimer = this.#options.clock.after(Math.ceil(dueMs - nowMs), () => {
      state.timerDueMs = Number.POSITIVE_INFINITY;
      state.cancelTimer = undefined;
      this.#flush(region);
    });
  }
}
