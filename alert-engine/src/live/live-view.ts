import type {
  DevicePresence,
  LiveBus,
  LiveVitals,
  Pulse,
  Subscribed,
} from '@vitalwire/core/ports/live-bus.ts';
import type { Patient, PatientDirectory } from '@vitalwire/core/ports/patient-directory.ts';
import type { Cancel, Clock } from '@vitalwire/core/runtime/clock.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import type { Pause } from '../pause/pause.ts';
import type { PatientFacts } from './patient-document.ts';

export interface LiveViewDeps {
  readonly live: LiveBus;
  readonly directory: PatientDirectory;
  readonly regions: readonly string[];
  /** Left out: nobody pauses. */
  readonly pauseOf?: (patientId: string) => Pause | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface LiveViewListener {
  /** Patients whose vitals, or what the directory says of them, changed. */
  changed(patientIds: readonly string[]): void;
  /** A patient of whom nothing new was heard for so long that the vitals are gone. */
  forgotten(patientId: string): void;
  presence(presence: DevicePresence): void;
  pulse(pulse: Pulse): void;
}

/** `discharged`, `removed` from the directory, or `moved` to another region. */
export type LeaveReason = 'discharged' | 'removed' | 'moved';

export interface Departure {
  readonly patientId: string;
  /** The region she was shown in. */
  readonly region: string;
  readonly reason: LeaveReason;
}

interface Held {
  readonly live: LiveVitals;
  readonly heardAtMs: number;
}

/** As long as the live bus keeps them. */
const VITALS_LIFETIME_MS = 300_000;
const RECONCILE_MS = 15_000;

/**
 * The ward as it is now, in memory: newest vitals and presence from the live bus, names and beds from the directory. Everything a screen
 * starts from, without asking a store. What a subscription missed is read again every 15 s.
 */
export class LiveView implements Service {
  readonly name = 'live-view';
  readonly #deps: LiveViewDeps;
  readonly #listeners = new Set<LiveViewListener>();
  readonly #leaveListeners = new Set<(departure: Departure) => void>();
  readonly #vitals = new Map<string, Held>();
  readonly #presence = new Map<string, DevicePresence>();
  /** The device last heard of for a patient without vitals. */
  readonly #deviceOf = new Map<string, string>();
  readonly #patients = new Map<string, Patient>();
  #subscribed: Subscribed | undefined;
  #stopReconciling: Cancel | undefined;
  #reconciling = false;
  #stopped = false;

  constructor(deps: LiveViewDeps) {
    this.#deps = deps;
  }

  listen(listener: LiveViewListener): void {
    this.#listeners.add(listener);
  }

  /** Of every patient who is from now on not to be shown where she was. */
  onLeft(listener: (departure: Departure) => void): void {
    this.#leaveListeners.add(listener);
  }

  async start(): Promise<void> {
    this.#subscribed = await this.#deps.live.subscribe({
      vitals: (updates) => this.#onVitals(updates),
      presence: (presence) => this.#onPresence(presence),
      pulse: (pulse) => this.#tell((listener) => listener.pulse(pulse)),
    });
    this.#deps.directory.onChange((change) => {
      if (change.kind === 'put') this.#onPatient(change.patient);
      else this.#onRemoved(change.patientId);
    });
    await this.#read();
    this.#stopReconciling = this.#deps.clock.every(RECONCILE_MS, () => void this.#reconcile());
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopReconciling?.();
    await this.#subscribed?.unsubscribe();
  }

  /** Where the patient is: by the directory, or while it does not know, by the device. */
  regionOf(patientId: string): string | undefined {
    return (
      this.#patients.get(patientId)?.region ??
      this.#vitals.get(patientId)?.live.region ??
      this.#presenceOf(patientId)?.region
    );
  }

  patient(patientId: string): Patient | undefined {
    return this.#patients.get(patientId);
  }

  isDischarged(patientId: string): boolean {
    return this.#patients.get(patientId)?.state === 'discharged';
  }

  devices(): readonly DevicePresence[] {
    return [...this.#presence.values()];
  }

  /** `region` where nobody knows better. */
  facts(patientId: string, region: string): PatientFacts {
    return {
      patientId,
      region: this.regionOf(patientId) ?? region,
      patient: this.#patients.get(patientId),
      live: this.#vitals.get(patientId)?.live,
      presence: this.#presenceOf(patientId),
      pause: this.#deps.pauseOf?.(patientId),
    };
  }

  /** Everyone who is in one of the regions and was not discharged, by id. */
  patientsOf(regions: ReadonlySet<string>): readonly string[] {
    const ids = new Set([...this.#patients.keys(), ...this.#vitals.keys(), ...this.#deviceOf.keys()]);
    return [...ids].filter((id) => regions.has(this.regionOf(id) ?? '') && !this.isDischarged(id)).sort();
  }

  /** Something that only this process knows of the patient changed: screens are told. */
  touch(patientId: string): void {
    this.#tell((listener) => listener.changed([patientId]));
  }

  #presenceOf(patientId: string): DevicePresence | undefined {
    const deviceId = this.#vitals.get(patientId)?.live.deviceId ?? this.#deviceOf.get(patientId);
    return deviceId === undefined ? undefined : this.#presence.get(deviceId);
  }

  #onVitals(updates: readonly LiveVitals[]): void {
    const heardAtMs = this.#deps.clock.monotonic();
    const changed: string[] = [];
    for (const live of updates) {
      const held = this.#vitals.get(live.patientId);
      if (held && held.live.measuredAtMs > live.measuredAtMs) continue;
      this.#vitals.set(live.patientId, { live, heardAtMs });
      changed.push(live.patientId);
    }
    if (changed.length > 0) this.#tell((listener) => listener.changed(changed));
  }

  #onPresence(presence: DevicePresence): void {
    const held = this.#presence.get(presence.deviceId);
    if (held && held.atMs > presence.atMs) return;
    this.#presence.set(presence.deviceId, presence);
    if (held && held.patientId !== presence.patientId) this.#deviceOf.delete(held.patientId);
    if (presence.patientId !== '') this.#deviceOf.set(presence.patientId, presence.deviceId);
    this.#tell((listener) => listener.presence(presence));
  }

  #onPatient(patient: Patient): void {
    const region = this.regionOf(patient.id);
    const wasDischarged = this.isDischarged(patient.id);
    // A patient who moves away is still told of: her region, no longer one of ours, hides her.
    this.#patients.set(patient.id, patient);
    if (region !== undefined && !wasDischarged) {
      if (this.isDischarged(patient.id)) this.#tellLeft(patient.id, region, 'discharged');
      else if (region !== patient.region) this.#tellLeft(patient.id, region, 'moved');
    }
    if (this.#vitals.has(patient.id)) this.#tell((listener) => listener.changed([patient.id]));
  }

  /** What her device goes on to send shows her again, by her id alone. */
  #onRemoved(patientId: string): void {
    const region = this.#patients.get(patientId)?.region;
    this.#patients.delete(patientId);
    this.#vitals.delete(patientId);
    this.#deviceOf.delete(patientId);
    if (region !== undefined) this.#tellLeft(patientId, region, 'removed');
  }

  #tellLeft(patientId: string, region: string, reason: LeaveReason): void {
    for (const listener of this.#leaveListeners) listener({ patientId, region, reason });
  }

  #tell(tell: (listener: LiveViewListener) => void): void {
    for (const listener of this.#listeners) tell(listener);
  }

  async #reconcile(): Promise<void> {
    // One that takes longer than the period is not joined by a second.
    if (this.#reconciling || this.#stopped) return;
    this.#reconciling = true;
    try {
      await this.#read();
      this.#forgetOld();
    } catch (error) {
      this.#deps.logger.warn({ reason: messageOf(error) }, 'the live view could not be read again');
    } finally {
      this.#reconciling = false;
    }
  }

  async #read(): Promise<void> {
    const { live, directory, regions } = this.#deps;
    const [vitals, presences, patients] = await Promise.all([
      live.allLatestVitals(),
      live.presence(),
      directory.list(regions),
    ]);
    this.#onVitals(
      vitals.filter((update) => {
        const held = this.#vitals.get(update.patientId);
        return !held || held.live.measuredAtMs < update.measuredAtMs;
      }),
    );
    for (const presence of presences) {
      const held = this.#presence.get(presence.deviceId);
      if (!held || held.atMs < presence.atMs) this.#onPresence(presence);
    }
    for (const patient of patients) {
      if (!isSame(this.#patients.get(patient.id), patient)) this.#onPatient(patient);
    }
  }

  #forgetOld(): void {
    const oldestMs = this.#deps.clock.monotonic() - VITALS_LIFETIME_MS;
    for (const [patientId, { heardAtMs }] of this.#vitals) {
      if (heardAtMs > oldestMs) continue;
      this.#vitals.delete(patientId);
      this.#tell((listener) => listener.forgotten(patientId));
    }
  }
}

const isSame = (one: Patient | undefined, other: Patient): boolean =>
  one !== undefined && JSON.stringify(one) === JSON.stringify(other);
