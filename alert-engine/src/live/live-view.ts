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
import { inTurns } from '@vitalwire/core/runtime/in-turns.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { LiveSlot } from '@vitalwire/core/vitals/live-slot.ts';
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

/** All there is of one patient: one look-up for each reading of ten thousand, not one a source. */
interface Bedside {
  /** Undefined while the directory does not know her. */
  patient: Patient | undefined;
  vitals: LiveSlot | undefined;
  /** When `vitals` came, monotonic ms. */
  heardAtMs: number;
  /** The device last heard of for her; that of `vitals` goes before. */
  deviceId: string | undefined;
}

/** As long as the live bus keeps them. */
const VITALS_LIFETIME_MS = 300_000;
const RECONCILE_MS = 15_000;
/** Patients looked at before others get a turn. */
const READ_SLICE = 500;

/**
 * The ward as it is now, in memory: newest vitals and presence from the live bus, names and beds from the directory. Everything a screen
 * starts from, without asking a store. What a subscription missed is read again every 15 s.
 */
export class LiveView implements Service {
  readonly name = 'live-view';
  readonly #deps: LiveViewDeps;
  readonly #listeners = new Set<LiveViewListener>();
  readonly #leaveListeners = new Set<(departure: Departure) => void>();
  readonly #bedsides = new Map<string, Bedside>();
  readonly #presence = new Map<string, DevicePresence>();
  #subscribed: Subscribed | undefined;
  #stopReconciling: Cancel | undefined;
  /** Whom the directory told of since the last reading began: what that reads of them may be older. */
  readonly #toldOf = new Set<string>();
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
      this.#toldOf.add(change.kind === 'put' ? change.patient.id : change.patientId);
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
    return this.#regionAt(this.#bedsides.get(patientId));
  }

  patient(patientId: string): Patient | undefined {
    return this.#bedsides.get(patientId)?.patient;
  }

  devices(): readonly DevicePresence[] {
    return [...this.#presence.values()];
  }

  /** As of now: what is `live` changes with the patient's next update. `region` where nobody knows better. */
  facts(patientId: string, region: string): PatientFacts {
    const bedside = this.#bedsides.get(patientId);
    return {
      patientId,
      region: this.#regionAt(bedside) ?? region,
      patient: bedside?.patient,
      live: bedside?.vitals?.live,
      presence: this.#presenceAt(bedside),
      pause: this.#deps.pauseOf?.(patientId),
    };
  }

  /** Everyone who is in one of the regions and was not discharged, by id. */
  patientsOf(regions: ReadonlySet<string>): readonly string[] {
    return [...this.#bedsides]
      .filter(([, bedside]) => regions.has(this.#regionAt(bedside) ?? '') && !isDischarged(bedside.patient))
      .map(([id]) => id)
      .sort();
  }

  /** Something that only this process knows of the patient changed: screens are told. */
  touch(patientId: string): void {
    this.#tell((listener) => listener.changed([patientId]));
  }

  #regionAt(bedside: Bedside | undefined): string | undefined {
    return bedside?.patient?.region ?? bedside?.vitals?.live.region ?? this.#presenceAt(bedside)?.region;
  }

  #presenceAt(bedside: Bedside | undefined): DevicePresence | undefined {
    const deviceId = bedside?.vitals?.live.deviceId ?? bedside?.deviceId;
    return deviceId === undefined ? undefined : this.#presence.get(deviceId);
  }

  #bedside(patientId: string): Bedside {
    let bedside = this.#bedsides.get(patientId);
    if (bedside === undefined) {
      bedside = { patient: undefined, vitals: undefined, heardAtMs: 0, deviceId: undefined };
      this.#bedsides.set(patientId, bedside);
    }
    return bedside;
  }

  #onVitals(updates: readonly LiveVitals[]): void {
    const heardAtMs = this.#deps.clock.monotonic();
    const changed: string[] = [];
    for (const live of updates) {
      const bedside = this.#bedside(live.patientId);
      if (bedside.vitals === undefined) bedside.vitals = new LiveSlot(live);
      else if (bedside.vitals.live.measuredAtMs > live.measuredAtMs) continue;
      else bedside.vitals.write(live);
      bedside.heardAtMs = heardAtMs;
      changed.push(live.patientId);
    }
    if (changed.length > 0) this.#tell((listener) => listener.changed(changed));
  }

  #onPresence(presence: DevicePresence): void {
    const held = this.#presence.get(presence.deviceId);
    if (held && held.atMs > presence.atMs) return;
    this.#presence.set(presence.deviceId, presence);
    if (held && held.patientId !== presence.patientId) {
      const left = this.#bedsides.get(held.patientId);
      if (left !== undefined) {
        left.deviceId = undefined;
        this.#dropIfEmpty(held.patientId, left);
      }
    }
    if (presence.patientId !== '') this.#bedside(presence.patientId).deviceId = presence.deviceId;
    this.#tell((listener) => listener.presence(presence));
  }

  #onPatient(patient: Patient): void {
    const bedside = this.#bedside(patient.id);
    const region = this.#regionAt(bedside);
    const wasDischarged = isDischarged(bedside.patient);
    // A patient who moves away is still told of: her region, no longer one of ours, hides her.
    bedside.patient = patient;
    if (region !== undefined && !wasDischarged) {
      if (isDischarged(patient)) this.#tellLeft(patient.id, region, 'discharged');
      else if (region !== patient.region) this.#tellLeft(patient.id, region, 'moved');
    }
    if (bedside.vitals !== undefined) this.#tell((listener) => listener.changed([patient.id]));
  }

  /** What her device goes on to send shows her again, by her id alone. */
  #onRemoved(patientId: string): void {
    const region = this.patient(patientId)?.region;
    this.#bedsides.delete(patientId);
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
    this.#toldOf.clear();
    const [vitals, presences, patients] = await Promise.all([
      live.allLatestVitals(),
      live.presence(),
      directory.list(regions),
    ]);
    for await (const slice of inTurns(vitals, READ_SLICE)) {
      this.#onVitals(
        slice.filter((update) => {
          const held = this.#bedsides.get(update.patientId)?.vitals?.live;
          return held === undefined || held.measuredAtMs < update.measuredAtMs;
        }),
      );
    }
    for await (const slice of inTurns(presences, READ_SLICE)) {
      for (const presence of slice) {
        const held = this.#presence.get(presence.deviceId);
        if (!held || held.atMs < presence.atMs) this.#onPresence(presence);
      }
    }
    for await (const slice of inTurns(patients, READ_SLICE)) {
      for (const patient of slice) {
        if (!this.#toldOf.has(patient.id) && !isSame(this.patient(patient.id), patient))
          this.#onPatient(patient);
      }
    }
  }

  #forgetOld(): void {
    const oldestMs = this.#deps.clock.monotonic() - VITALS_LIFETIME_MS;
    for (const [patientId, bedside] of this.#bedsides) {
      if (bedside.vitals === undefined || bedside.heardAtMs > oldestMs) continue;
      bedside.vitals = undefined;
      this.#dropIfEmpty(patientId, bedside);
      this.#tell((listener) => listener.forgotten(patientId));
    }
  }

  #dropIfEmpty(patientId: string, { patient, vitals, deviceId }: Bedside): void {
    if (patient === undefined && vitals === undefined && deviceId === undefined)
      this.#bedsides.delete(patientId);
  }
}

export const isDischarged = (patient: Patient | undefined): boolean => patient?.state === 'discharged';

const isSame = (one: Patient | undefined, other: Patient): boolean =>
  one !== undefined && JSON.stringify(one) === JSON.stringify(other);
