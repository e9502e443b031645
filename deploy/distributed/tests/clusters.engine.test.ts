import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openCassandraAnalytics } from '@vitalwire/core/adapters/cassandra/analytics.ts';
import { cassandraMetrics } from '@vitalwire/core/adapters/cassandra/metrics.ts';
import { migrate } from '@vitalwire/core/adapters/cassandra/migrations.ts';
import { KAFKA_DEFAULTS, openKafkaEventLog } from '@vitalwire/core/adapters/kafka/event-log.ts';
import { kafkaMetrics } from '@vitalwire/core/adapters/kafka/metrics.ts';
import { ensureTopics } from '@vitalwire/core/adapters/kafka/topic-setup.ts';
import { openRedisAlertStore } from '@vitalwire/core/adapters/redis/alert-store.ts';
import { redisMetrics } from '@vitalwire/core/adapters/redis/metrics.ts';
import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { raised, sampleAlert } from '@vitalwire/core/testing/contracts/alert-samples.ts';
import { readAll, record, textOf } from '@vitalwire/core/testing/contracts/event-log-harness.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { freshName } from '@vitalwire/core/testing/fresh-name.ts';
import type { EngineName } from '@vitalwire/engines/engine.ts';
import { ownEngines, type OwnEngines } from '@vitalwire/engines/own-engines.ts';
import { Redis } from 'ioredis';
import { Balancer } from './support/balancer.ts';

const START_MS = 400_000;
const PATIENCE_MS = 120_000;
/** The suites' records are of a fixed day: a shorter retention would delete them in the middle of the test. */
const RETENTION_MS = 20 * 365 * 86_400_000;
const logger = createLogger('clusters', 'silent');
const clock = systemClock;

/** Brings up engines of the test's own before its tests, and takes them away after. */
function clusterOf(engine: EngineName, nodes: number) {
  let engines: OwnEngines | undefined;
  let environment: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    engines = await ownEngines({
      owner: 'cluster',
      engines: [engine],
      nodes: { [engine]: nodes },
      report: () => {},
    });
    environment = await engines.start();
  }, START_MS);
  afterAll(() => engines?.stop(), START_MS);
  return {
    get supervisor() {
      if (!engines) throw new Error('not started');
      return engines.supervisor;
    },
    addresses: (setting: string): string[] => (environment[setting] ?? '').split(','),
  };
}

describe('Kafka of three nodes: three copies, two in sync', () => {
  const kafka = clusterOf('kafka', 3);
  const KEYS = 16;
  let topic: string;
  let log: EventLog;

  beforeEach(async () => {
    // What failed half way may have left some of them dead.
    await kafka.supervisor.start('kafka');
    topic = freshName('clusters');
    const connection = { ...KAFKA_DEFAULTS, brokers: kafka.addresses('KAFKA_BROKERS'), clientId: 'clusters' };
    const topics = [{ name: topic, retention: { kind: 'time', ms: RETENTION_MS } }] as const;
    await ensureTopics({ ...connection, topics, partitions: 6, replication: 3 }, logger);
    const metrics = kafkaMetrics(createRegistry('clusters'));
    log = await openKafkaEventLog({ ...connection, topics: [topic] }, { clock, logger, metrics });
  }, START_MS);
  afterEach(() => log?.close());

  /** Appends numbered records until `done`, some hundreds a second; resolves to how many, once all are acknowledged. */
  async function load(first: number, done: Promise<unknown>): Promise<number> {
    const state = { isDone: false };
    void done.finally(() => (state.isDone = true));
    const appended: Promise<void>[] = [];
    while (!state.isDone) {
      for (let i = 0; i < 20; i++) {
        const number = first + appended.length;
        appended.push(log.append([record(topic, `K${number % KEYS}`, String(number))]));
      }
      await clock.sleep(20);
    }
    await Promise.all(appended);
    return appended.length;
  }

  async function expectOnceInOrder(count: number): Promise<void> {
    // A broker that leads anew tells of what is committed only once its followers have asked it (KIP-207): until then less seems to be there.
    const found = await eventually(async () => {
      const all = await readAll(log, topic);
      expect(all).toHaveLength(count);
      return all;
    }, PATIENCE_MS);
    for (let key = 0; key < KEYS; key++) {
      const numbers = found.filter((one) => one.key === `K${key}`).map((one) => Number(textOf(one)));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(new Set(numbers).size).toBe(numbers.length);
    }
  }

  it('loses one under load by SIGKILL, and no record; lacks two, and acknowledges nothing until one is back', async () => {
    const killed = (async () => {
      await clock.sleep(1_500);
      await kafka.supervisor.kill('kafka-2');
      // Leaders move, and the load goes on without it.
      await clock.sleep(8_000);
    })();
    const count = await load(0, killed);
    await expectOnceInOrder(count);

    await kafka.supervisor.kill('kafka-3');
    let isAcknowledged = false;
    const waiting = Promise.all(
      Array.from({ length: KEYS }, (_, key) => log.append([record(topic, `K${key}`, String(count + key))])),
    ).then(() => (isAcknowledged = true));
    await clock.sleep(5_000);
    expect(isAcknowledged).toBe(false);
    await kafka.supervisor.start('kafka-3');
    await waiting;
    await expectOnceInOrder(count + KEYS);
  });
});

describe('Redis of two nodes: a replica takes over', () => {
  const redis = clusterOf('redis', 2);
  const closing: (() => unknown)[] = [];

  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });

  it('keeps what it has got of open alerts, and the store goes on with it where the address leads', async () => {
    const primary = Number(redis.addresses('REDIS_URL')[0]?.split(':').at(-1));
    const replica = primary + 1;
    await redis.supervisor.start('redis');
    // The address of Redis is a name that leads to the primary: a service, a virtual address.
    const address = await Balancer.before([primary]);
    closing.unshift(() => address.close());
    const store = await openRedisAlertStore(
      { url: `redis://127.0.0.1:${address.port}`, tls: undefined, clientName: 'clusters' },
      { clock, logger, metrics: redisMetrics(createRegistry('clusters')) },
    );
    closing.unshift(() => store.close());
    const direct = new Redis(primary, { retryStrategy: () => null });
    direct.on('error', () => {});
    const promoted = new Redis(replica);
    closing.unshift(() => [direct, promoted].forEach((client) => client.disconnect()));
    const sample = () => sampleAlert(freshName('alert'), 'Northeast', freshName('P'));
    const alerts = Array.from({ length: 20 }, sample);
    // Also where a try before has promoted it.
    await promoted.replicaof('127.0.0.1', String(primary));
    for (const alert of alerts) expect(await store.commit(raised(alert))).toBe('committed');
    // WAIT speaks of what its own connection wrote, and so of all before it.
    await direct.set('clusters:written', '1');
    await eventually(async () => expect(await direct.wait(1, 5_000)).toBe(1), PATIENCE_MS);

    await redis.supervisor.kill('redis-1');
    await promoted.replicaof('NO', 'ONE');
    address.targets = [replica];
    await eventually(() => store.ping(), PATIENCE_MS);
    for (const alert of alerts) expect(await store.open('Northeast', alert.patientId)).toHaveLength(1);
    expect(await store.commit(raised(sample()))).toBe('committed');
  });
});

/** Three nodes of Cassandra take minutes to start and 4 GB: `VITALWIRE_TEST_CASSANDRA_NODES=3 npm run test:engines -- clusters`. */
if (process.env['VITALWIRE_TEST_CASSANDRA_NODES'] === '3')
  describe('Cassandra of three nodes: LOCAL_QUORUM', { timeout: 400_000 }, () => {
    const cassandra = clusterOf('cassandra', 3);
    const HOUR_MS = 3_600_000;
    const trend = (hour: number) => ({
      patientId: 'P1',
      vital: 'heartbeat' as const,
      hourMs: hour * HOUR_MS,
      min: 60,
      max: 80,
      mean: 70,
      standardDeviation: 2,
      count: 60,
    });

    it('goes on without one, refuses without two, and has everything acknowledged when they are back', async () => {
      const connection = {
        contactPoints: cassandra.addresses('CASSANDRA_CONTACT_POINTS'),
        localDataCentre: cassandra.addresses('CASSANDRA_LOCAL_DC')[0] ?? '',
        keyspace: 'patient_analytics',
        tls: undefined,
        login: undefined,
      };
      await migrate(connection, 3);
      const metrics = cassandraMetrics(createRegistry('clusters'));
      const analytics = await openCassandraAnalytics(connection, { clock, metrics });
      const score = { region: 'Northeast', patientId: 'P1', score: 7, alertLevel: 'high' as const };
      const details = { factors: { heartbeat: 3 }, sources: ['MON-1'], partial: false, assumed: [] };
      const hours = (): Promise<number> =>
        analytics.trends('P1', 'heartbeat', 0, 1_000 * HOUR_MS).then((rows) => rows.length);
      await analytics.writeTrends([trend(1)]);

      const killed = cassandra.supervisor.kill('cassandra-2');
      for (let hour = 2; hour <= 200; hour++)
        await eventually(() => analytics.writeTrends([trend(hour)]), PATIENCE_MS);
      await killed;
      await analytics.writeRiskScores([{ ...score, ...details, atMs: HOUR_MS }]);
      expect(await analytics.latestRiskScore('Northeast', 'P1')).toMatchObject({ score: 7 });

      await cassandra.supervisor.kill('cassandra-3');
      await expect(analytics.writeTrends([trend(201)])).rejects.toMatchObject({
        code: 'unavailable',
        retriable: true,
      });
      await cassandra.supervisor.start('cassandra');
      await eventually(() => analytics.writeTrends([trend(201)]), PATIENCE_MS);
      await eventually(async () => expect(await hours()).toBe(201), PATIENCE_MS);
      expect(await analytics.latestRiskScore('Northeast', 'P1')).toMatchObject({ score: 7 });
      await analytics.close();
    });
  });
