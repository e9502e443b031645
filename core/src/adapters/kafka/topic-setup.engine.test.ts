import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigResourceTypes, type Admin } from 'kafkajs';
import type { TopicSpec } from '../../runtime/topics.ts';
import { freshName } from '../../testing/fresh-name.ts';
import { connectAdmin, testBrokers, testDeps } from './kafka-harness.ts';
import { NO_SECURITY } from './security.ts';
import { ensureTopics, topicSettings } from './topic-setup.ts';

describe('ensureTopics', () => {
  let admin: Admin;
  let timed: TopicSpec;
  let compacted: TopicSpec;
  const setup = (changes: object = {}) => ({
    brokers: testBrokers(),
    clientId: 'test',
    security: NO_SECURITY,
    topics: [timed, compacted],
    partitions: 3,
    replication: 1,
    ...changes,
  });
  const { logger } = testDeps();

  beforeEach(async () => {
    admin = await connectAdmin();
    timed = { name: freshName('timed'), retention: { kind: 'time', ms: 3_600_000 } };
    compacted = { name: freshName('compacted'), retention: { kind: 'compact' } };
  });
  afterEach(async () => {
    const made = (await admin.listTopics()).filter((name) => [timed.name, compacted.name].includes(name));
    if (made.length > 0) await admin.deleteTopics({ topics: made });
    await admin.disconnect();
  });

  it('makes what is missing as it should be, and leaves what is there', async () => {
    expect(await ensureTopics(setup({ topics: [timed] }), logger)).toEqual({
      created: [timed.name],
      differences: [],
    });
    expect(await ensureTopics(setup(), logger)).toEqual({ created: [compacted.name], differences: [] });
    expect(await ensureTopics(setup(), logger)).toEqual({ created: [], differences: [] });
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [
        {
          type: ConfigResourceTypes.TOPIC,
          name: timed.name,
          configNames: ['retention.ms', 'cleanup.policy'],
        },
      ],
    });
    const configs = Object.fromEntries(
      resources[0]?.configEntries.map((entry) => [entry.configName, entry.configValue]) ?? [],
    );
    expect(configs).toEqual({ 'retention.ms': '3600000', 'cleanup.policy': 'delete' });
  });

  it('may run twice at once', async () => {
    const outcomes = await Promise.all([ensureTopics(setup(), logger), ensureTopics(setup(), logger)]);
    expect(outcomes).toHaveLength(2);
  });

  it('tells what differs, and refuses other partitions by the name of the setting', async () => {
    await ensureTopics(setup(), logger);
    const longer: TopicSpec = { ...timed, retention: { kind: 'time', ms: 7_200_000 } };
    expect((await ensureTopics(setup({ topics: [longer] }), logger)).differences).toEqual([
      `${timed.name}: retention.ms is 3600000, should be 7200000`,
    ]);
    await expect(ensureTopics(setup({ partitions: 12 }), logger)).rejects.toMatchObject({
      code: 'rejected',
      message: expect.stringMatching(/^LOG_PARTITIONS: is 12, but the topic .* has 3 partitions$/) as string,
    });
  });

  it('says that there are too few brokers', async () => {
    await expect(ensureTopics(setup({ replication: 9 }), logger)).rejects.toMatchObject({
      code: 'rejected',
      message: expect.stringMatching(/^KAFKA_REPLICATION: is 9/) as string,
    });
  });

  it('asks for two in sync only where three are kept', () => {
    expect(topicSettings(timed, 3)['min.insync.replicas']).toBe('2');
    expect(topicSettings(timed, 2)['min.insync.replicas']).toBe('1');
  });
});
