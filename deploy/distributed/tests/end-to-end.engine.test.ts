import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InfluxDB, flux } from '@influxdata/influxdb-client';
import { Client, type types } from 'cassandra-driver';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KAFKA_DEFAULTS, openKafkaEventLog } from '@vitalwire/core/adapters/kafka/event-log.ts';
import { kafkaMetrics } from '@vitalwire/core/adapters/kafka/metrics.ts';
import { encodeShare } from '@vitalwire/core/clinical/regional-share.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { freshName } from '@vitalwire/core/testing/fresh-name.ts';
import { plainDevice } from '../../embedded/tests/support/plain-client.ts';
import { recording } from '../../embedded/tests/support/recording.ts';
import {
  stationSocket,
  type AlertFrame,
  type StationSocket,
} from '../../embedded/tests/support/station-socket.ts';
import { Bedside } from './support/bedside.ts';
import { Cluster, testEnvironment } from './support/cluster.ts';

const REGION = 'Northeast';
const FIVE_MINUTES_MS = 300_000;
const HOUR_MS = 3_600_000;
/** A window that is still open is written once a minute. */
const PATIENCE_MS = 180_000;

type Row = Readonly<Record<string, unknown>>;

/** Seen from outside: each store by its own client and language, none of our adapters. */
describe('recorded vitals by MQTT, through every engine, to the nurse', () => {
  const patient = freshName('P');
  const device = freshName('MON');
  // The last eight minutes, so that the desaturation at the end is of now.
  const startMs = Math.floor(Date.now() / 1000) * 1000 - 480_000;
  const rows = recording('bidmc_32').filter(
    (row) => (row.heartbeat ?? row.respiratory_rate ?? row.oxygen_saturation) !== undefined,
  );
  const engines = testEnvironment();
  const influx = new InfluxDB({ url: engines['INFLUX_URL']!, token: engines['INFLUX_TOKEN']! });
  const redis = new Redis(engines['REDIS_URL']!);
  const cassandra = new Client({
    contactPoints: engines['CASSANDRA_CONTACT_POINTS']!.split(','),
    localDataCenter: engines['CASSANDRA_LOCAL_DC']!,
  });
  const settings = mkdtempSync(join(tmpdir(), 'vitalwire-settings-'));
  const alarms = readFileSync(new URL('../../../core/config/alarms.yaml', import.meta.url), 'utf8');
  let cluster: Cluster;
  let station: StationSocket;
  let bed: Bedside | undefined;
  let heartbeatDelayS = 0;

  /** As an editor does, which puts a new file in the old one's place. */
  const writeAlarms = (text: string): void => {
    writeFileSync(join(settings, 'new'), text);
    renameSync(join(settings, 'new'), join(settings, 'alarms.yaml'));
  };

  beforeAll(async () => {
    writeAlarms(alarms);
    process.env['ALARMS_FILE'] = join(settings, 'alarms.yaml');
    cluster = await Cluster.start({ 'ingest-gateway': 1, alerting: 1, storage: 1, 'alert-engine': 1 });
    station = await stationSocket(cluster.httpUrl(), {
      token: await cluster.staffToken(),
      regions: [REGION],
    });
    await station.next((frame) => frame.type === 'snapshot');
    const publisher = await plainDevice(
      { mqttUrl: cluster.mqttUrl(), deviceToken: (id) => cluster.deviceToken(id) },
      device,
      patient,
    );
    await Promise.all(
      rows.map(({ second, ...vitals }) => publisher.publish(startMs + second * 1000, vitals)),
    );
    await publisher.close();
  });
  afterEach(() => bed?.stop());
  afterAll(async () => {
    station.close();
    redis.disconnect();
    await cassandra.shutdown();
    expect(await cluster.stop()).toEqual([]);
    rmSync(settings, { recursive: true });
  });

  const ask = (query: Parameters<ReturnType<InfluxDB['getQueryApi']>['collectRows']>[0]): Promise<Row[]> =>
    influx.getQueryApi(engines['INFLUX_ORG'] ?? 'hospital').collectRows<Row>(query);
  /** Of the recording, by window, straight from its rows. */
  const windowsOf = (lengthMs: number): Map<number, number[]> => {
    const windows = new Map<number, number[]>();
    for (const { second, heartbeat } of rows) {
      if (heartbeat === undefined) continue;
      const atMs = startMs + second * 1000;
      const window = atMs - (atMs % lengthMs);
      windows.set(window, [...(windows.get(window) ?? []), heartbeat]);
    }
    return windows;
  };
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;

  it('raises the alert on the WebSocket once, and keeps it in Redis under the keys of the data model', async () => {
    const isRaised = (frame: { type: string }): boolean => {
      const { alert } = frame as AlertFrame;
      return (
        frame.type === 'alert' &&
        alert.patient_id === patient &&
        alert.type === 'low_oxygen_saturation' &&
        alert.event === 'raised'
      );
    };
    const { alert } = await station.next<AlertFrame>(isRaised);
    expect(station.frames.filter(isRaised)).toHaveLength(1);
    const key = (name: string): string => `${name}:{${REGION}}:${patient}`;
    expect(await redis.lrange(key('patient:alerts'), 0, -1)).toContain(alert.id);
    expect(Number(await redis.get(key('patient:alerts:count')))).toBeGreaterThanOrEqual(1);
    expect(await redis.hgetall(key('patient:alerts:latest'))).toMatchObject({ patient_id: patient });
    expect(await redis.zscore(`alerts:pending:{${REGION}}`, patient)).not.toBeNull();
    expect(await redis.hgetall(`alert:{${REGION}}:${alert.id}`)).toMatchObject({
      id: alert.id,
      patient_id: patient,
      type: 'low_oxygen_saturation',
      priority: alert.priority,
      status: 'pending',
      threshold: '90',
    });
    // By another process than the alert's.
    await eventually(async () => {
      expect(await redis.hkeys(`cache:vitals:latest:${patient}`)).toContain('heartbeat');
      const keptS = await redis.ttl(`cache:vitals:latest:${patient}`);
      expect(keptS).toBeGreaterThan(0);
      expect(keptS).toBeLessThanOrEqual(300);
    });
  });

  it('has every reading once in InfluxDB, raw', async () => {
    const found = await eventually(async () => {
      const points = await ask(flux`from(bucket: "recent_data") |> range(start: -1h)
        |> filter(fn: (r) => r._measurement == "vitals" and r.patient_id == ${patient} and r._field == "heartbeat")`);
      const expected = rows.filter((row) => row.heartbeat !== undefined);
      expect(points).toHaveLength(expected.length);
      return points.map((point) => [Date.parse(String(point['_time'])), point['_value']]);
    });
    const expected = rows.flatMap((row) =>
      row.heartbeat === undefined ? [] : [[startMs + row.second * 1000, row.heartbeat]],
    );
    expect(found.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual(expected);
    const [tags] = await ask(flux`from(bucket: "recent_data") |> range(start: -1h)
      |> filter(fn: (r) => r._measurement == "vitals" and r.patient_id == ${patient}) |> limit(n: 1)`);
    expect(tags).toMatchObject({ device_id: device, region: REGION });
  });

  it('judges by a patient’s limits and settings that change while it runs, and the alert says by which', async () => {
    interface Judged {
      readonly settings_version: string;
      readonly limits_revision: number | null;
    }
    bed = await Bedside.start(cluster, freshName(''));
    const { patientId } = bed;
    const token = await cluster.staffToken('admin');
    const send = async (method: string, path: string, body: object): Promise<void> => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const url = `${cluster.httpUrl()}/api/patients${path}`;
      const answer = await fetch(url, { method, headers, body: JSON.stringify(body) });
      expect(answer.ok, await answer.text()).toBe(true);
    };
    const judged = (): Promise<Judged> => cluster.request(`/api/patients/${patientId}`);
    /** By the processor's own word. */
    const runsInProcessor = async (version: string): Promise<boolean> => {
      const [alerting] = cluster.of('alerting');
      const metrics = await (await fetch(`http://127.0.0.1:${alerting?.ports['health']}/metrics`)).text();
      return new RegExp(`^vitalwire_settings_running\\{.*version="${version}".*\\} 1$`, 'm').test(metrics);
    };
    await send('POST', '', { patient_id: patientId, name: 'Bo', region: REGION, ward: 'B2', bed: '7' });
    const before = await eventually(judged, PATIENCE_MS);
    writeAlarms(alarms.replace('default: 10', `default: ${++heartbeatDelayS}`));
    await send('PUT', `/${patientId}/limits`, { heartbeat: { high: 110 } });
    const after = await eventually(async () => {
      const now = await judged();
      expect(now.settings_version).not.toBe(before.settings_version);
      expect(now.limits_revision).not.toBe(before.limits_revision);
      expect(await runsInProcessor(now.settings_version)).toBe(true);
      return now;
    }, PATIENCE_MS);
    // A heart rate of 118: too high by her own limit alone.
    bed.desaturate();
    await eventually(async () => {
      const { items } = await cluster.request<{ items: object[] }>(`/api/alerts?patient=${patientId}`);
      expect(items).toContainEqual(
        expect.objectContaining({
          type: 'high_heartrate',
          threshold: 110,
          settings_version: after.settings_version,
          limits_revision: after.limits_revision,
        }),
      );
    }, PATIENCE_MS);
  });

  it.each([
    ['medium_term', FIVE_MINUTES_MS],
    ['long_term', HOUR_MS],
  ])('has the means of the recording in %s', async (bucket, lengthMs) => {
    const expected = windowsOf(lengthMs);
    await eventually(async () => {
      const points = await ask(flux`from(bucket: ${bucket}) |> range(start: -2h)
        |> filter(fn: (r) => r._measurement == "downsampled_vitals" and r.patient_id == ${patient})
        |> filter(fn: (r) => r._field == "heartbeat" or r._field == "heartbeat_min" or r._field == "heartbeat_max")`);
      const valuesOf = (field: string): Map<number, number> =>
        new Map(
          points
            .filter((point) => point['_field'] === field)
            .map((point) => [Date.parse(String(point['_time'])), Number(point['_value'])]),
        );
      const means = valuesOf('heartbeat');
      expect(means.size).toBe(expected.size);
      for (const [window, values] of expected) {
        expect(means.get(window)).toBeCloseTo(mean(values), 9);
        expect(valuesOf('heartbeat_min').get(window)).toBe(Math.min(...values));
        expect(valuesOf('heartbeat_max').get(window)).toBe(Math.max(...values));
      }
    }, PATIENCE_MS);
  });

  it('has the trend of each hour in Cassandra', async () => {
    await eventually(async () => {
      const { rows: trends } = await cassandra.execute(
        'SELECT * FROM patient_analytics.vital_trends WHERE patient_id = ? AND vital_type = ?',
        [patient, 'heartbeat'],
        { prepare: true },
      );
      const found = new Map(
        trends.map((row) => {
          const date = row['date'] as types.LocalDate;
          return [Date.UTC(date.year, date.month - 1, date.day, row['hour'] as number), row];
        }),
      );
      const expected = windowsOf(HOUR_MS);
      expect(found.size).toBe(expected.size);
      for (const [hour, values] of expected) {
        const row = found.get(hour);
        const average = mean(values);
        const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1);
        expect(row?.['sample_count']).toBe(values.length);
        expect([row?.['min_value'], row?.['max_value']]).toEqual([Math.min(...values), Math.max(...values)]);
        expect(row?.['avg_value']).toBeCloseTo(average, 9);
        expect(row?.['std_deviation']).toBeCloseTo(Math.sqrt(variance), 9);
      }
    }, PATIENCE_MS);
  });

  it('has the early-warning scores in Cassandra, with what each vital adds', async () => {
    await eventually(async () => {
      const { rows: scores } = await cassandra.execute(
        'SELECT * FROM patient_analytics.risk_scores WHERE region = ? AND patient_id = ?',
        [REGION, patient],
        { prepare: true },
      );
      // The desaturation at the end alone is worth 3.
      const worst = Math.max(...scores.map((row) => Number(row['risk_factors']?.['oxygen_saturation'] ?? 0)));
      expect(worst).toBe(3);
      for (const row of scores) {
        const factors = Object.values(row['risk_factors'] as Record<string, number>);
        expect(row['risk_score']).toBe(factors.reduce((sum, points) => sum + points, 0));
        // Neither blood pressure nor temperature was measured: a lower bound.
        expect(row['partial']).toBe(true);
      }
    }, PATIENCE_MS);
  });

  it('has a region’s hour in Cassandra, summed over the shares that partitions told', async () => {
    const region = freshName('Region');
    const hourMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS;
    const share = { region, hourMs, medium: 0, low: 1 };
    const connection = { ...KAFKA_DEFAULTS, brokers: engines['KAFKA_BROKERS']!.split(','), clientId: region };
    const log = await openKafkaEventLog(
      { ...connection, topics: [TOPICS.regionalShares.name] },
      {
        clock: systemClock,
        logger: createLogger('shares', 'silent'),
        metrics: kafkaMetrics(createRegistry('shares')),
      },
    );
    // An hour's end would be long to wait for: what two processors say then is said here. One says it twice, and differently.
    const told = [
      encodeShare({ ...share, scoreSum: 30, high: 2 }, 0),
      encodeShare({ ...share, scoreSum: 9, high: 1 }, 0),
      encodeShare({ ...share, scoreSum: 6, high: 0 }, 1),
    ];
    const { name: topic } = TOPICS.regionalShares;
    const record = { topic, key: region, headers: {}, timestampMs: Date.now() };
    await log.append(told.map((value) => ({ ...record, value })));
    await log.close();
    await eventually(async () => {
      const { rows: hours } = await cassandra.execute(
        'SELECT * FROM patient_analytics.regional_stats WHERE region = ?',
        [region],
        { prepare: true },
      );
      expect(hours).toMatchObject([
        { hour: new Date(hourMs).getUTCHours(), avg_risk_score: 5, high_risk_count: 1 },
      ]);
      expect(hours[0]).toMatchObject({ medium_risk_count: 0, low_risk_count: 2 });
    }, PATIENCE_MS);
  });
});
