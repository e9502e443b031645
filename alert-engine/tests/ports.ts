import { InProcessLiveBus } from '@vitalwire/core/adapters/in-process/live-bus.ts';
import { SqliteAlertStore } from '@vitalwire/core/adapters/sqlite/alert-store.ts';
import { SqliteAnalytics } from '@vitalwire/core/adapters/sqlite/analytics.ts';
import { SqliteCheckpointStore } from '@vitalwire/core/adapters/sqlite/checkpoint-store.ts';
import { SqliteDatabase } from '@vitalwire/core/adapters/sqlite/database.ts';
import { SqliteEventLog } from '@vitalwire/core/adapters/sqlite/event-log.ts';
import { SqliteTimeSeries } from '@vitalwire/core/adapters/sqlite/time-series.ts';
import type { Patient, PatientChange, PatientDirectory } from '@vitalwire/core/ports/patient-directory.ts';
import type { Ports } from '@vitalwire/core/ports/ports.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { ALL_TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { temporaryFolder } from '@vitalwire/core/testing/temporary-folder.ts';
import { join } from 'node:path';

export const PARTITIONS = 2;

/** Names and beds in memory: the directory has contracts and adapters of its own. */
class MemoryDirectory implements PatientDirectory {
  readonly #patients = new Map<string, Patient>();
  readonly #listeners: ((change: PatientChange) => void)[] = [];

  async get(patientId: string): Promise<Patient | undefined> {
    return this.#patients.get(patientId);
  }

  async list(regions: readonly string[]): Promise<readonly Patient[]> {
    return [...this.#patients.values()].filter(({ region }) => regions.includes(region));
  }

  async put(patient: Patient): Promise<void> {
    this.#patients.set(patient.id, patient);
    for (const listener of this.#listeners) listener({ kind: 'put', patient });
  }

  async remove(patientId: string): Promise<void> {
    this.#patients.delete(patientId);
    for (const listener of this.#listeners) listener({ kind: 'removed', patientId });
  }

  onChange(listener: (change: PatientChange) => void): void {
    this.#listeners.push(listener);
  }

  async close(): Promise<void> {}
}

/** The embedded adapters on a database of the test's own. */
export async function openPorts(): Promise<Ports & { close(): Promise<void> }> {
  const folder = temporaryFolder();
  const logger = createLogger('test', 'silent');
  const database = new SqliteDatabase({
    path: join(folder.path, 'test.db'),
    clock: systemClock,
    logger,
    metrics: undefined,
  });
  const ports: Ports = {
    log: await SqliteEventLog.open(database, ALL_TOPICS, PARTITIONS),
    checkpoints: await SqliteCheckpointStore.open(database),
    timeSeries: new SqliteTimeSeries(database),
    analytics: new SqliteAnalytics(database),
    alerts: new SqliteAlertStore(database),
    live: new InProcessLiveBus({ clock: systemClock, logger }),
    directory: new MemoryDirectory(),
  };
  return {
    ...ports,
    async close() {
      for (const port of [ports.log, ports.checkpoints, ports.timeSeries, ports.analytics])
        await port.close();
      for (const port of [ports.alerts, ports.live, ports.directory]) await port.close();
      await database.close();
      folder.remove();
    },
  };
}
