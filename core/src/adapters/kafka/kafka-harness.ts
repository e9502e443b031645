/** What the adapter's tests need of a real broker, named by KAFKA_BROKERS. */
import { Kafka, logLevel, type Admin } from 'kafkajs';
import { pino } from 'pino';
import type { CheckpointStore } from '../../ports/checkpoint-store.ts';
import type { TopicSpec } from '../../runtime/topics.ts';
import type { CheckpointStoreHarness } from '../../testing/contracts/checkpoint-store-contract.ts';
import { openKafkaCheckpointStore } from './checkpoint-store.ts';
import { checkpointTopic } from './checkpoint-topic.ts';
import { ensureTopics } from './topic-setup.ts';
import type { EventLog } from '../../ports/event-log.ts';
import { systemClock, type Cancel, type Clock } from '../../runtime/clock.ts';
import { Registry } from '../../runtime/metrics.ts';
import { eventually } from '../../testing/eventually.ts';
import { freshName } from '../../testing/fresh-name.ts';
import type { EventLogHarness } from '../../testing/contracts/event-log-harness.ts';
import { KAFKA_DEFAULTS, openKafkaEventLog, type KafkaDeps } from './event-log.ts';
import { kafkaMetrics } from './metrics.ts';

const PARTITIONS = 4;

/** @throws where there is no engine to test: such a test must not pass for lack of one */
export function testBrokers(): string[] {
  const brokers = process.env['KAFKA_BROKERS'];
  if (!brokers) throw new Error('KAFKA_BROKERS is not set: engine tests need a Kafka to run on');
  return brokers.split(',');
}

/** The machine's clock until `stop`; from then on nothing is due any more: as near as a test in one process comes to a killed one. */
export class MortalClock implements Clock {
  #isDead = false;

  die(): void {
    this.#isDead = true;
  }

  now(): number {
    return systemClock.now();
  }

  monotonic(): number {
    return systemClock.monotonic();
  }

  after(delayMs: number, task: () => void): Cancel {
    return systemClock.after(delayMs, () => this.#isDead || task());
  }

  every(periodMs: number, task: () => void): Cancel {
    return systemClock.every(periodMs, () => this.#isDead || task());
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      signal?.addEventListener('abort', () => resolve(), { once: true });
      void systemClock.sleep(delayMs, signal).then(() => this.#isDead || resolve());
    });
  }
}

export function testDeps(clock: Clock = systemClock): KafkaDeps {
  return {
    clock,
    logger: pino({ level: process.env['LOG_LEVEL'] ?? 'silent' }),
    metrics: kafkaMetrics(new Registry()),
  };
}

export function openTestLog(clock: Clock = systemClock, topics: readonly string[] = []): Promise<EventLog> {
  const config = { brokers: testBrokers(), clientId: 'vitalwire-test', topics, ...KAFKA_DEFAULTS };
  return openKafkaEventLog(config, testDeps(clock));
}

export async function connectAdmin(): Promise<Admin> {
  const admin = new Kafka({ brokers: testBrokers(), logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  return admin;
}

/** Makes a topic whose records stay, and waits until the brokers know it: kafkajs's own waiting fails where they do not at once. */
export async function createTestTopic(admin: Admin, topic: string, partitions = PARTITIONS): Promise<void> {
  const configEntries = [{ name: 'retention.ms', value: '-1' }];
  await admin.createTopics({
    waitForLeaders: false,
    topics: [{ topic, numPartitions: partitions, configEntries }],
  });
  await eventually(async () => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    const leaders = topics.flatMap((one) => one.partitions.map(({ leader }) => leader));
    if (leaders.length < partitions || leaders.includes(-1)) throw new Error(`${topic} has no leaders yet`);
  });
}

const CHECKPOINT_PARTITIONS = 4;

export async function makeCheckpointHarness(): Promise<CheckpointStoreHarness> {
  const admin = await connectAdmin();
  const topics: string[] = [];
  const stores: CheckpointStore[] = [];
  const config = { brokers: testBrokers(), clientId: 'vitalwire-test', ...KAFKA_DEFAULTS };
  const open = async (): Promise<CheckpointStore> => {
    const store = await openKafkaCheckpointStore(config, testDeps());
    stores.push(store);
    return store;
  };
  let current = await open();
  return {
    get store() {
      return current;
    },
    pipeline: async () => {
      const pipeline = freshName('pipeline');
      const spec: TopicSpec = { name: checkpointTopic(pipeline), retention: { kind: 'compact' } };
      const setup = { ...config, topics: [spec], partitions: CHECKPOINT_PARTITIONS, replication: 1 };
      await ensureTopics(setup, testDeps().logger);
      topics.push(spec.name);
      return pipeline;
    },
    reopen: async () => {
      // What it has sent is on the broker; the rest of it is only memory.
      current = await open();
    },
    close: async () => {
      await Promise.all(stores.map((store) => store.close()));
      if (topics.length > 0) await admin.deleteTopics({ topics });
      await admin.disconnect();
    },
  };
}

/** For the contract suites. */
export async function makeKafkaHarness(): Promise<EventLogHarness> {
  const admin = await connectAdmin();
  const topics: string[] = [];
  const logs: EventLog[] = [];
  const open = async (): Promise<{ log: EventLog; clock: MortalClock }> => {
    const clock = new MortalClock();
    const log = await openTestLog(clock);
    logs.push(log);
    return { log, clock };
  };
  let current = await open();
  return {
    partitions: PARTITIONS,
    get log() {
      return current.log;
    },
    peer: async () => (await open()).log,
    topic: async () => {
      const topic = freshName('contract');
      topics.push(topic);
      await createTestTopic(admin, topic);
      return topic;
    },
    expire: async (topic) => {
      const ends = await admin.fetchTopicOffsets(topic);
      const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
      await admin.deleteTopicRecords({ topic, partitions });
    },
    reopen: async () => {
      current.clock.die();
      current = await open();
    },
    close: async () => {
      await Promise.all(logs.map((log) => log.close()));
      if (topics.length > 0) await admin.deleteTopics({ topics });
      await admin.disconnect();
    },
  };
}
