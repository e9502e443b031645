import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Admin } from 'kafkajs';
import type { CheckpointStore } from '../../ports/checkpoint-store.ts';
import { freshName } from '../../testing/fresh-name.ts';
import { toRecords } from './checkpoint-slots.ts';
import { openKafkaCheckpointStore } from './checkpoint-store.ts';
import { checkpointTopic } from './checkpoint-topic.ts';
import { KAFKA_DEFAULTS } from './event-log.ts';
import { connectAdmin, testBrokers, testDeps } from './kafka-harness.ts';
import { DEFAULT_LIMITS, Producer } from './producer.ts';
import { ensureTopics } from './topic-setup.ts';

const bytes = (length: number, fill: number): Buffer => Buffer.alloc(length, fill);

describe('CheckpointStore on Kafka', () => {
  let admin: Admin;
  let pipeline: string;
  let store: CheckpointStore;
  const opened: { close(): Promise<void> }[] = [];
  const open = async (): Promise<CheckpointStore> => {
    const config = { brokers: testBrokers(), clientId: 'vitalwire-test', ...KAFKA_DEFAULTS };
    const another = await openKafkaCheckpointStore(config, testDeps());
    opened.push(another);
    return another;
  };
  const openProducer = async (): Promise<Producer> => {
    const deps = testDeps();
    const { security } = KAFKA_DEFAULTS;
    const cluster = { brokers: testBrokers(), clientId: 'vitalwire-test', security, logger: deps.logger };
    const producer = await Producer.open({ ...deps, cluster, limits: DEFAULT_LIMITS }, []);
    opened.push(producer);
    return producer;
  };

  beforeEach(async () => {
    admin = await connectAdmin();
    pipeline = freshName('pipeline');
    const topics = [{ name: checkpointTopic(pipeline), retention: { kind: 'compact' as const } }];
    const { logger } = testDeps();
    const { security } = KAFKA_DEFAULTS;
    const setup = {
      brokers: testBrokers(),
      clientId: 'test',
      security,
      topics,
      partitions: 3,
      replication: 1,
    };
    await ensureTopics(setup, logger);
    store = await open();
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
    await admin.deleteTopics({ topics: [checkpointTopic(pipeline)] });
    await admin.disconnect();
  });

  it('has none before the first, and then the last one saved, by partition', async () => {
    expect(await store.load(pipeline, 2)).toBeUndefined();
    await store.save(pipeline, 2, { nextOffset: 5, state: bytes(10, 1) });
    await store.save(pipeline, 2, { nextOffset: 7, state: bytes(0, 0) });
    await store.save(pipeline, 2, { nextOffset: 6, state: bytes(20, 3) });
    const another = await open();
    expect(await another.load(pipeline, 2)).toEqual({ nextOffset: 6, state: bytes(20, 3) });
    expect(await another.load(pipeline, 1)).toBeUndefined();
  });

  it('keeps states of tens of MiB', async () => {
    const large = bytes(30 * 1024 * 1024, 1);
    for (let at = 0; at < large.length; at += 4096) large.writeUInt32BE(at, at);
    await store.save(pipeline, 0, { nextOffset: 1, state: bytes(1, 1) });
    await store.save(pipeline, 0, { nextOffset: 2, state: large });
    const found = await (await open()).load(pipeline, 0);
    expect(found?.nextOffset).toBe(2);
    expect(large.equals(found?.state ?? bytes(0, 0))).toBe(true);
  });

  it('finds a checkpoint that lies behind many others', async () => {
    for (let i = 0; i < 150; i++) await store.save(pipeline, 0, { nextOffset: i, state: bytes(3, i) });
    expect((await (await open()).load(pipeline, 0))?.nextOffset).toBe(149);
  });

  it('keeps the one before while a save is not whole, and both slots in turn after it', async () => {
    await store.save(pipeline, 0, { nextOffset: 1, state: bytes(1_200_000, 1) });
    await store.save(pipeline, 0, { nextOffset: 2, state: bytes(1_200_000, 2) });
    const topic = checkpointTopic(pipeline);
    const torn = toRecords(topic, 0, 'torn', { nextOffset: 3, state: bytes(1_200_000, 3) }, Date.now());
    await (await openProducer()).append(torn.slice(0, -1), 0);
    const after = await open();
    expect((await after.load(pipeline, 0))?.nextOffset).toBe(2);
    await after.save(pipeline, 0, { nextOffset: 4, state: bytes(600_000, 4) });
    expect(await (await open()).load(pipeline, 0)).toEqual({ nextOffset: 4, state: bytes(600_000, 4) });
  });

  it('is not broken by one who no longer owns the partition', async () => {
    const stale = await open();
    await store.save(pipeline, 0, { nextOffset: 1, state: bytes(700_000, 1) });
    await stale.load(pipeline, 0);
    await store.load(pipeline, 0);
    await Promise.all([
      store.save(pipeline, 0, { nextOffset: 20, state: bytes(30_000_000, 2) }),
      stale.save(pipeline, 0, { nextOffset: 10, state: bytes(30_000_000, 3) }),
    ]);
    const found = await (await open()).load(pipeline, 0);
    expect(found?.state.length).toBe(30_000_000);
    const fill = found?.nextOffset === 20 ? 2 : 3;
    expect(found?.state.every((byte) => byte === fill)).toBe(true);
  });

  it('names the topic that is not there', async () => {
    const absent = freshName('absent');
    await expect(store.load(absent, 0)).rejects.toMatchObject({
      code: 'rejected',
      message: expect.stringContaining(checkpointTopic(absent)) as string,
    });
  });

  it('closes more than once, and refuses what comes after', async () => {
    await store.close();
    await store.close();
    await expect(store.load(pipeline, 0)).rejects.toMatchObject({ code: 'closed' });
  });
});
