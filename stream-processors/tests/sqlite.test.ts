import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SqliteAnalytics } from '@vitalwire/core/adapters/sqlite/analytics.ts';
import { SqliteCheckpointStore } from '@vitalwire/core/adapters/sqlite/checkpoint-store.ts';
import { SqliteDatabase } from '@vitalwire/core/adapters/sqlite/database.ts';
import { SqliteEventLog } from '@vitalwire/core/adapters/sqlite/event-log.ts';
import { SqliteTimeSeries } from '@vitalwire/core/adapters/sqlite/time-series.ts';
import { decodeCondition } from '@vitalwire/core/alarms/condition-codec.ts';
import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import type { NewRecord } from '@vitalwire/core/ports/event-log.ts';
import type { RawPoint } from '@vitalwire/core/ports/time-series.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { ALL_TOPICS, TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { seededRandom } from '@vitalwire/core/testing/random.ts';
import { temporaryFolder } from '@vitalwire/core/testing/temporary-folder.ts';
import { encodeReading } from '@vitalwire/core/vitals/codec.ts';
import type { VitalValues } from '@vitalwire/core/vitals/vital.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processorMetrics } from '../src/metrics.ts';
import { windowStart } from '../src/operators/tumbling-windows.ts';
import type { RunningPipeline } from '../src/runtime/pipeline.ts';
import {
  STORAGE_DEFAULTS,
  alertingDefaults,
  startAlertingPipeline,
  startStoragePipeline,
} from '../src/start.ts';
import { MemoryStores } from '../src/testing/memory-stores.ts';
import { aReading, defaultSettings } from '../src/testing/readings.ts';

/** Real recordings (device-simulator/recordings) through both pipelines on SQLite, shuffled a little and half of them twice. */
const RECORDINGS = new URL('../../device-simulator/recordings/', import.meta.url);
const RECORDING_S = 481;
/** The recordings end now: their last five minutes are judged as now. */
const startMs = Math.floor(systemClock.now() / 1000) * 1000 - RECORDING_S * 1000;

interface Row {
  readonly patientId: string;
  readonly index: number;
  readonly values: Partial<VitalValues>;
}

const number = (text: string | undefined): number | undefined =>
  text === undefined || text.trim() === 'NaN' ? undefined : Number(text);

function readRows(): Row[] {
  return readdirSync(RECORDINGS)
    .filter((name) => name.endsWith('_Numerics.csv'))
    .flatMap((name) => {
      const lines = readFileSync(new URL(name, RECORDINGS), 'utf8').trim().split('\n').slice(1);
      return lines.map((line, index): Row => {
        const [, heart, , breath, saturation] = line.split(',');
        const values = {
          heartbeat: number(heart),
          respiratory_rate: number(breath),
          oxygen_saturation: number(saturation),
        };
        return { patientId: name.slice(0, 8), index, values };
      });
    })
    .filter(({ values }) => Object.values(values).some((value) => value !== undefined));
}

const toRecord = ({ patientId, index, values }: Row): NewRecord => {
  const over = {
    patientId,
    deviceId: `monitor-${patientId}`,
    sequence: index + 1,
    measuredAtMs: startMs + index * 1000,
  };
  return {
    topic: TOPICS.readings.name,
    key: patientId,
    value: encodeReading(aReading(values, over)),
    headers: {},
    timestampMs: startMs + index * 1000 + 100,
  };
};

/** Each row up to three places away from where it belongs, and every second one twice. */
function disorderly(rows: readonly Row[]): Row[] {
  const random = seededRandom(5);
  return rows
    .flatMap((row) => (row.index % 2 === 0 ? [row, row] : [row]))
    .map((row) => ({ row, at: row.index + random() * 3 }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ row }) => row);
}

const folder = temporaryFolder();
const rows = readRows();
const logger = createLogger('test', 'silent');
const stores = new MemoryStores();
const registry = createRegistry('test');
let database: SqliteDatabase;
let log: SqliteEventLog;
let timeSeries: SqliteTimeSeries;
let analytics: SqliteAnalytics;
let running: RunningPipeline[] = [];

async function start(): Promise<void> {
  const checkpoints = await SqliteCheckpointStore.open(database);
  const deps = { log, checkpoints, clock: systemClock, random: () => 0, logger, registry };
  running = [
    await startAlertingPipeline(alertingDefaults(defaultSettings()), { ...deps, live: stores.liveBus() }),
    await startStoragePipeline(STORAGE_DEFAULTS, { ...deps, timeSeries, analytics }),
  ];
}

const stop = (): Promise<unknown> => Promise.all(running.map((pipeline) => pipeline.stop()));

async function everythingStored(): Promise<void> {
  await eventually(async () => {
    const [ends, alerting, storage] = await Promise.all([
      log.bounds(TOPICS.readings.name),
      registry.getSingleMetric('vitalwire_pipeline_records_total')!.get(),
      stored(),
    ]);
    const appended = ends.reduce((sum, { next }) => sum + next, 0);
    for (const { value } of alerting.values) expect(value).toBe(appended);
    expect(storage.length).toBe(rows.length);
  });
}

async function stored(): Promise<RawPoint[]> {
  const patients = [...new Set(rows.map(({ patientId }) => patientId))];
  const points = await Promise.all(
    patients.map((patientId) =>
      timeSeries.raw({ patientId, fromMs: startMs, toMs: startMs + 3_600_000, limit: 10_000 }),
    ),
  );
  return points.flat();
}

async function conditions(): Promise<ConditionEvent[]> {
  const partitions = await log.bounds(TOPICS.conditions.name);
  const records = await Promise.all(
    partitions.map(({ partition, first }) =>
      log.read({ topic: TOPICS.conditions.name, partition, offset: first }, 10_000),
    ),
  );
  return records.flat().map(({ value }) => decodeCondition(value!));
}

beforeAll(async () => {
  database = new SqliteDatabase({
    path: join(folder.path, 'test.db'),
    clock: systemClock,
    logger,
    metrics: undefined,
  });
  log = await SqliteEventLog.open(database, ALL_TOPICS, 4);
  timeSeries = new SqliteTimeSeries(database);
  analytics = new SqliteAnalytics(database);
  const delivered = disorderly(rows).map(toRecord);
  const half = Math.floor(delivered.length / 2);
  await log.append(delivered.slice(0, half));
  await start();
  // Stopped in the middle of its work, and started again.
  await stop();
  await start();
  await log.append(delivered.slice(half));
  await everythingStored();
});

afterAll(async () => {
  await stop();
  await Promise.all([log.close(), timeSeries.close(), analytics.close()]);
  await database.close();
  folder.remove();
});

describe('recorded vitals on SQLite', () => {
  it('are in the raw tier, each reading once', async () => {
    const expected = rows.map(({ patientId, index }) => `${patientId} ${startMs + index * 1000}`).toSorted();
    const points = (await stored()).map(({ patientId, atMs }) => `${patientId} ${atMs}`).toSorted();
    expect(points).toEqual(expected);
  });

  it('have the 5-minute means that the recordings themselves have', async () => {
    // Rows that are still open are written within a minute of wall clock; the first ended minutes ago.
    const firstMs = windowStart('5m', startMs);
    for (const patientId of new Set(rows.map((row) => row.patientId))) {
      const own = rows.filter((row) => row.patientId === patientId);
      const [window] = await timeSeries.windows('5m', {
        patientId,
        fromMs: firstMs,
        toMs: firstMs + 300_000,
        limit: 1,
      });
      for (const vital of ['heartbeat', 'respiratory_rate', 'oxygen_saturation'] as const) {
        const values = own
          .filter(({ index }) => windowStart('5m', startMs + index * 1000) === firstMs)
          .flatMap(({ values }) => values[vital] ?? []);
        const row = window?.vitals[vital];
        expect(row?.count ?? 0, `${patientId} ${vital}`).toBe(values.length);
        if (!row) continue;
        expect(row.mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 9);
        expect([row.min, row.max]).toEqual([Math.min(...values), Math.max(...values)]);
      }
    }
  });

  it('of a patient whose saturation stays low are one condition', async () => {
    const low = (await conditions()).filter(
      ({ patientId, type }) => patientId === 'bidmc_32' && type === 'low_oxygen_saturation',
    );
    expect(low.map(({ event }) => event)).toEqual(['began']);
    expect(low[0]).toMatchObject({ priority: 'medium', onsetMs: startMs, threshold: 90 });
    expect(low[0]!.atMs - startMs).toBeLessThanOrEqual(17_000);
  });

  it('went through without a record set aside, and with every duplicate noticed', async () => {
    const { deadLetters, duplicates } = processorMetrics(registry);
    expect((await deadLetters.get()).values).toEqual([]);
    const repeated = rows.filter(({ index }) => index % 2 === 0).length;
    expect((await duplicates.get()).values.map(({ value }) => value)).toEqual([repeated, repeated]);
  });
});
