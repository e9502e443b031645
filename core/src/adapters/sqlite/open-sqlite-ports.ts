import type { Ports } from '../../ports/ports.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Registry } from '../../runtime/metrics.ts';
import { ALL_TOPICS, TOPICS } from '../../runtime/topics.ts';
import { InProcessLiveBus } from '../in-process/live-bus.ts';
import { LogPatientDirectory } from '../log/patient-directory.ts';
import { SqliteAlertStore } from './alert-store.ts';
import { SqliteAnalytics } from './analytics.ts';
import { SqliteCheckpointStore } from './checkpoint-store.ts';
import { SqliteDatabase } from './database.ts';
import { SqliteEventLog } from './event-log.ts';
import { sqliteMetrics } from './metrics.ts';
import { SqliteTimeSeries } from './time-series.ts';

export interface SqlitePortsOptions {
  /** The database's file; made, with its folder, if it is not there. */
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of each topic; fixed once the file is made. */
  readonly partitions: number;
  readonly registry: Registry | undefined;
}

/** All ports, and the database behind them. */
export interface SqlitePorts extends Ports {
  readonly timeSeries: SqliteTimeSeries;
  /** Closes the ports, then the database, after everything accepted is durable. Idempotent. */
  close(): Promise<void>;
}

/**
 * Every port of a deployment that is one process, on one SQLite file.
 * @throws VitalwireError `rejected` where another process has the file open, a newer program wrote it, or it has another number of partitions.
 */
export async function openSqlitePorts(options: SqlitePortsOptions): Promise<SqlitePorts> {
  const { path, clock, logger, partitions, registry } = options;
  const database = new SqliteDatabase({ path, clock, logger, metrics: registry && sqliteMetrics(registry) });
  try {
    const log = await SqliteEventLog.open(database, ALL_TOPICS, partitions);
    const directory = await LogPatientDirectory.open({
      log,
      topic: TOPICS.patients.name,
      clock,
      logger,
      registry,
    });
    const ports = {
      log,
      checkpoints: await SqliteCheckpointStore.open(database),
      timeSeries: new SqliteTimeSeries(database),
      analytics: new SqliteAnalytics(database),
      alerts: new SqliteAlertStore(database),
      live: new InProcessLiveBus({ clock, logger }),
      directory,
    };
    let closing: Promise<void> | undefined;
    return { ...ports, close: () => (closing ??= closeAll(ports, database)) };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** The log first: its consumers' tasks store what they have as they are released. */
async function closeAll(ports: Ports, database: SqliteDatabase): Promise<void> {
  await ports.directory.close();
  await ports.log.close();
  await Promise.all([
    ports.checkpoints.close(),
    ports.timeSeries.close(),
    ports.analytics.close(),
    ports.alerts.close(),
    ports.live.close(),
  ]);
  await database.close();
}
