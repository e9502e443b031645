import type { SettingsSource } from '@vitalwire/core/settings/settings-source.ts';
import type { AlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import type { Patient, PatientDirectory } from '@vitalwire/core/ports/patient-directory.ts';
import { partitionOf } from '@vitalwire/core/runtime/topics.ts';

/**
 * What was decided elsewhere than in the stream and changes how readings are judged. It is in no record, so that a replay would not come to
 * it at the same place: a task takes it in between two batches, and saves a checkpoint before anything follows from it.
 */
export interface News {
  readonly settings: AlarmSettings | undefined;
  /** By patient, the newest; undefined where the directory no longer knows her. */
  readonly patients: ReadonlyMap<string, Patient | undefined>;
  /** This is everybody: whoever is not named is not known. */
  readonly whole: boolean;
}

/** What waits for one task; the newest of each patient. */
export class Inbox {
  #settings: AlarmSettings | undefined;
  #patients = new Map<string, Patient | undefined>();
  #whole = false;

  putSettings(settings: AlarmSettings): void {
    this.#settings = settings;
  }

  put(patientId: string, patient: Patient | undefined): void {
    this.#patients.set(patientId, patient);
  }

  /** The patients as they all are; what came meanwhile is newer. */
  putWhole(patients: readonly Patient[]): void {
    for (const patient of patients) {
      if (!this.#patients.has(patient.id)) this.#patients.set(patient.id, patient);
    }
    this.#whole = true;
  }

  /** Undefined where nothing is new. */
  take(): News | undefined {
    if (this.#settings === undefined && this.#patients.size === 0 && !this.#whole) return undefined;
    const news: News = { settings: this.#settings, patients: this.#patients, whole: this.#whole };
    this.#settings = undefined;
    this.#patients = new Map();
    this.#whole = false;
    return news;
  }
}

/** Where a pipeline's news come from. */
export interface NewsSource {
  readonly settings: SettingsSource<AlarmSettings>;
  /** Undefined: nobody is known. */
  readonly directory: PatientDirectory | undefined;
  /** Whose patients are judged here. */
  readonly regions: readonly string[];
}

/** Fills the inboxes of the tasks that run. */
export class NewsRoom {
  readonly #source: NewsSource | undefined;
  readonly #partitions: number;
  readonly #inboxes = new Map<number, Inbox>();

  /** Without a source there is never any news. */
  constructor(source: NewsSource | undefined, partitions: number) {
    this.#source = source;
    this.#partitions = partitions;
    source?.settings.onChange((settings) => {
      for (const inbox of this.#inboxes.values()) inbox.putSettings(settings);
    });
    source?.directory?.onChange((change) => {
      const patientId = change.kind === 'put' ? change.patient.id : change.patientId;
      const inbox = this.#inboxes.get(partitionOf(patientId, partitions));
      inbox?.put(patientId, change.kind === 'put' ? change.patient : undefined);
    });
  }

  /** The inbox of a partition's task, with everything as it is now. @throws what the directory throws */
  async open(partition: number): Promise<Inbox> {
    const inbox = new Inbox();
    if (this.#source === undefined) return inbox;
    const { settings, directory, regions } = this.#source;
    // Before the directory is read, so that no change in between is missed.
    this.#inboxes.set(partition, inbox);
    inbox.putSettings(settings.current());
    const patients = (await directory?.list(regions)) ?? [];
    inbox.putWhole(patients.filter(({ id }) => partitionOf(id, this.#partitions) === partition));
    return inbox;
  }

  close(partition: number): void {
    this.#inboxes.delete(partition);
  }
}
