import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Admin } from 'kafkajs';
import type { EventLog } from '../../ports/event-log.ts';
import { record } from '../../testing/contracts/event-log-harness.ts';
import { RecordingConsumer } from '../../testing/contracts/recording-consumer.ts';
import { eventually } from '../../testing/eventually.ts';
import { freshName } from '../../testing/fresh-name.ts';
import { KAFKA_DEFAULTS, openKafkaEventLog, type KafkaDeps } from './event-log.ts';
import { connectAdmin, testBrokers, testDeps } from './kafka-harness.ts';

const PARTITIONS = 4;

describe('the metrics of a group member', () => {
  let admin: Admin;
  let topic: string;
  let deps: KafkaDeps;
  let log: EventLog;

  beforeEach(async () => {
    admin = await connectAdmin();
    topic = freshName('told');
    const configEntries = [{ name: 'retention.ms', value: '-1' }];
    await admin.createTopics({ topics: [{ topic, numPartitions: PARTITIONS, configEntries }] });
    deps = testDeps();
    const config = { brokers: testBrokers(), clientId: 'told', topics: [], ...KAFKA_DEFAULTS };
    log = await openKafkaEventLog(config, deps);
  });
  afterEach(async () => {
    await log.close();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  });

  it('tell of every partition it has, also of those that nothing comes to', async () => {
    const lags = async (): Promise<Set<unknown>> =>
      new Set((await deps.metrics.lag.get()).values.map(({ labels }) => labels.partition));
    const assigned = async (): Promise<number | undefined> =>
      (await deps.metrics.assigned.get()).values[0]?.value;
    await log.append([record(topic, 'K', 'x')]);
    const member = await RecordingConsumer.join({ log, group: freshName('group'), topics: [topic] });
    await eventually(async () => expect(await lags()).toEqual(new Set([0, 1, 2, 3])));
    expect(await assigned()).toBe(PARTITIONS);
    await member.stop();
    expect(await lags()).toEqual(new Set());
    expect(await assigned()).toBe(0);
  });
});
