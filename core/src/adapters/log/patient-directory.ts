import { randomUUID } from 'node:crypto';
import type { Consumer, EventLog, LogRecord } from '../../ports/event-log.ts';
import type { Patient, PatientChange, PatientDirectory } from '../../ports/patient-directory.ts';
import type { Clock } from '../../runtime/clock.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Registry } from '../../runtime/metrics.ts';
import { directoryMetrics, type DirectoryMetrics } from './metrics.ts';
import { decodePatientChange, encodePatientChange } from './patient-change-codec.ts';

/** Names a change of our own, so that its author knows when the tail has come to it. */
const CHANGE_HEADER = 'vitalwire-change';
const APPLY_TIMEOUT_MS = 10_000;

export interface LogPatientDirectoryOptions {
  readonly log: EventLog;
  /** The compacted topic of changes: `patients.changes`. */
  readonly topic: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry | undefined;
}

/** The patients as the topic of their changes tells them, whoever wrote it: this API, or a connector on the hospital's database. */
export class LogPatientDirectory implements PatientDirectory {
  readonly #options: LogPatientDirectoryOptions;
  readonly #metrics: DirectoryMetrics | undefined;
  readonly #patients = new Map<string, Patient>();
  readonly #listeners: ((change: PatientChange) => void)[] = [];
  readonly #awaited = new Map<string, () => void>();
  #tail: Consumer | undefined;
  #failure: VitalwireError | undefined;

  private constructor(options: LogPatientDirectoryOptions) {
    this.#options = options;
    this.#metrics = options.registry && directoryMetrics(options.registry);
  }

  /** Resolves once everything that the topic held is known. Closing the directory does not close the log. */
  static async open(options: LogPatientDirectoryOptions): Promise<LogPatientDirectory> {
    const directory = new LogPatientDirectory(options);
    const tail = await options.log.tail(options.topic, (records) => directory.#apply(records));
    directory.#tail = tail;
    tail.failed.catch((error: unknown) => {
      options.logger.error({ err: error }, 'the patient directory no longer follows its topic');
      directory.#failure = new VitalwireError('unavailable', 'the patient directory lost its topic', {
        retriable: true,
        cause: error,
      });
    });
    return directory;
  }

  async get(patientId: string): Promise<Patient | undefined> {
    return this.#patients.get(patientId);
  }

  async list(regions: readonly string[]): Promise<readonly Patient[]> {
    const wanted = new Set(regions);
    return [...this.#patients.values()]
      .filter(({ region }) => wanted.has(region))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  put(patient: Patient): Promise<void> {
    return this.#write(patient.id, patient);
  }

  remove(patientId: string): Promise<void> {
    return this.#write(patientId, undefined);
  }

  onChange(listener: (change: PatientChange) => void): void {
    this.#listeners.push(listener);
  }

  async close(): Promise<void> {
    this.#failure = new VitalwireError('closed', 'the patient directory is closed', { retriable: false });
    this.#listeners.length = 0;
    await this.#tail?.stop();
    for (const wake of this.#awaited.values()) wake();
  }

  async #write(patientId: string, after: Patient | undefined): Promise<void> {
    if (this.#failure) throw this.#failure;
    const { log, topic, clock } = this.#options;
    const timestampMs = clock.now();
    const change = randomUUID();
    const value = encodePatientChange(this.#patients.get(patientId), after, timestampMs);
    const record = { topic, key: patientId, value, headers: { [CHANGE_HEADER]: change }, timestampMs };
    const applied = new Promise<void>((resolve) => this.#awaited.set(change, resolve));
    const waiting = new AbortController();
    try {
      // The deletion tells those who follow; the tombstone behind it lets compaction forget the key.
      await log.append(after ? [record] : [record, { ...record, value: null, headers: {} }]);
      const late = clock.sleep(APPLY_TIMEOUT_MS, waiting.signal).then(() => 'late' as const);
      if ((await Promise.race([applied, late])) === 'late') {
        throw new VitalwireError('unavailable', 'the change is stored but has not come back yet', {
          retriable: true,
        });
      }
      if (this.#failure) throw this.#failure;
    } finally {
      waiting.abort();
      this.#awaited.delete(change);
    }
  }

  #apply(records: readonly LogRecord[]): void {
    for (const record of records) {
      const change = decodePatientChange(record);
      if (change.kind === 'malformed') {
        this.#metrics?.malformed.inc();
        const { partition, offset } = record;
        this.#options.logger.warn(
          { partition, offset, reason: change.reason },
          'skipped a change of a patient',
        );
      } else {
        this.#remember(change);
      }
      const own = record.headers[CHANGE_HEADER];
      if (own !== undefined) this.#awaited.get(own)?.();
    }
  }

  #remember(change: PatientChange): void {
    if (change.kind === 'put') this.#patients.set(change.patient.id, change.patient);
    else if (!this.#patients.delete(change.patientId)) return;
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#options.logger.error({ err: error }, 'a listener for changes of patients failed');
      }
    }
  }
}
