import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Admin } from 'kafkajs';
import type { EventLog } from '../../ports/event-log.ts';
import { systemClock } from '../../runtime/clock.ts';
import { record } from '../../testing/contracts/event-log-harness.ts';
import { RecordingConsumer } from '../../testing/contracts/recording-consumer.ts';
import { eventually } from '../../testing/eventually.ts';
import { freshName } from '../../testing/fresh-name.ts';
import { KAFKA_DEFAULTS, openKafkaEventLog, type KafkaDeps } from './event-log.ts';
import { connectAdmin, createTestTopic, testBrokers, testDeps } from './kafka-harness.ts';

const PARTITIONS = 4;

describe('a group member', () => {
  let admin: Admin;
  let topic: string;
  let deps: KafkaDeps;
  let log: EventLog;

  beforeEach(async () => {
    admin = await connectAdmin();
    topic = freshName('told');
    await createTestTopic(admin, topic, PARTITIONS);
    deps = testDeps();
    const config = { brokers: testBrokers(), clientId: 'told', topics: [], ...KAFKA_DEFAULTS };
    log = await openKafkaEventLog(config, deps);
  });
  afterEach(async () => {
    await log.close();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
  });

  it('tells in metrics of every partition it has, also of those that nothing comes to', async () => {
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

  it('stops while it waits to be let in again, whatever another still holds', async () => {
    const group = freshName('group');
    const gate = Promise.withResolvers<void>();
    let isHolding = false;
    const join = (onRelease = (): Promise<void> | undefined => undefined): Promise<RecordingConsumer> =>
      RecordingConsumer.join({ log, group, topics: [topic], onRelease });
    const slow = await join(() => (isHolding ? gate.promise : undefined));
    const stopped = await join();
    await eventually(() => expect([slow.held.size, stopped.held.size]).toEqual([2, 2]));
    isHolding = true;
    const joining = join();
    await eventually(() => expect(stopped.held.size).toBe(0));
    await systemClock.sleep(300);
    try {
      await stopped.stop();
      // The group has not given the slow one up meanwhile, which is what else would have ended the wait.
      expect((await admin.describeGroups([group])).groups[0]?.members).toHaveLength(2);
    } finally {
      gate.resolve();
    }
    const third = await joining;
    await eventually(() => expect([slow.held.size, third.held.size]).toEqual([2, 2]));
    await Promise.all([slow.stop(), third.stop()]);
    expect([...slow.breaches, ...stopped.breaches, ...third.breaches]).toEqual([]);
  });
});
