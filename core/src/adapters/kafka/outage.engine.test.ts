import net from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Admin } from 'kafkajs';
import type { EventLog } from '../../ports/event-log.ts';
import { systemClock } from '../../runtime/clock.ts';
import { readAll, record, textOf } from '../../testing/contracts/event-log-harness.ts';
import { RecordingConsumer } from '../../testing/contracts/recording-consumer.ts';
import { eventually } from '../../testing/eventually.ts';
import { freshName } from '../../testing/fresh-name.ts';
import { SeverableProxy } from '../../testing/severable-proxy.ts';
import { KAFKA_DEFAULTS, openKafkaEventLog } from './event-log.ts';
import { connectAdmin, createTestTopic, openTestLog, testBrokers, testDeps } from './kafka-harness.ts';
import { PATIENCE_MS } from './persist.ts';

/** Brokers say where they are to be reached, so the way to them is bent where sockets are made. */
const connect = net.connect;
const proxies = new Map<number, SeverableProxy>();
let isBent = false;

describe('Kafka away', () => {
  let admin: Admin;
  const others: EventLog[] = [];
  const closing: (() => void)[] = [];
  let log: EventLog;
  let topic: string;

  beforeAll(async () => {
    admin = await connectAdmin();
    const { brokers } = await admin.describeCluster();
    for (const { host, port } of brokers) proxies.set(port, await SeverableProxy.to(host, port));
    const bent = (options: { host: string; port: number }, onConnect: () => void): net.Socket => {
      const proxy = isBent ? proxies.get(options.port) : undefined;
      return connect(proxy ? { host: '127.0.0.1', port: proxy.port } : options, onConnect);
    };
    net.connect = bent as typeof net.connect;
  });
  afterAll(async () => {
    net.connect = connect;
    for (const proxy of proxies.values()) await proxy.close();
    await admin.disconnect();
  });
  beforeEach(async () => {
    topic = freshName('outage');
    await createTestTopic(admin, topic, 4);
    isBent = true;
    log = await openTestLog();
  });
  afterEach(async () => {
    isBent = false;
    for (const proxy of proxies.values()) proxy.mend();
    for (const close of closing.splice(0)) close();
    await Promise.all([log, ...others.splice(0)].map((one) => one.close()));
    await admin.deleteTopics({ topics: [topic] });
  });
  const each = (act: (proxy: SeverableProxy) => void): void => [...proxies.values()].forEach(act);

  it('keeps what was accepted, bounded, and appends it once and in order when it is back', async () => {
    const limits = { ...KAFKA_DEFAULTS.limits, bufferBytesMax: 200_000 };
    const config = {
      brokers: testBrokers(),
      clientId: 'bounded',
      topics: [topic],
      ...KAFKA_DEFAULTS,
      limits,
    };
    const bounded = await openKafkaEventLog(config, testDeps());
    others.push(bounded);
    await bounded.append([record(topic, 'K0', '0')]);
    each((proxy) => proxy.cut());
    const accepted: Promise<void>[] = [];
    let refused = 0;
    for (let i = 1; i <= 5_000; i++) {
      const appended = bounded.append([record(topic, `K${i % 8}`, String(i))]);
      accepted.push(
        appended.catch((error: { code?: string }) => void (refused += error.code === 'overloaded' ? 1 : 1e9)),
      );
    }
    await systemClock.sleep(3_000);
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(5_000);
    each((proxy) => proxy.mend());
    await Promise.all(accepted);
    const found = await readAll(bounded, topic);
    expect(found).toHaveLength(5_001 - refused);
    for (let k = 0; k < 8; k++) {
      const numbers = found.filter(({ key }) => key === `K${k}`).map((one) => Number(textOf(one)));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    }
  });

  it('appends each record once and in order though connections break all the time', async () => {
    const breaking = setInterval(() => each((proxy) => proxy.drop()), 40);
    const appended: Promise<void>[] = [];
    for (let i = 0; i < 6_000; i++) {
      appended.push(log.append([record(topic, `K${i % 16}`, String(i))]));
      if (i % 20 === 0) await systemClock.sleep(4);
    }
    clearInterval(breaking);
    await Promise.all(appended);
    const found = await readAll(log, topic);
    expect(found).toHaveLength(6_000);
    for (let k = 0; k < 16; k++) {
      const numbers = found.filter(({ key }) => key === `K${k}`).map((one) => Number(textOf(one)));
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
      expect(new Set(numbers).size).toBe(numbers.length);
    }
  });

  it('consumes and tails on by itself, nothing lost', async () => {
    const tailed: string[] = [];
    const tail = await log.tail(topic, (records) => void tailed.push(...records.map(textOf)));
    const member = await RecordingConsumer.join({
      log,
      group: freshName('group'),
      topics: [topic],
      onProcess: (records, group) => group.commit((records.at(-1)?.offset ?? 0) + 1),
    });
    await log.append([record(topic, 'a', '1')]);
    await eventually(() => expect(member.values()).toEqual(['1']));
    each((proxy) => proxy.cut());
    // Longer than a member may be silent.
    await systemClock.sleep(8_000);
    each((proxy) => proxy.mend());
    await log.append([record(topic, 'a', '2'), record(topic, 'b', '3')]);
    await eventually(() => expect(new Set(member.values())).toEqual(new Set(['1', '2', '3'])));
    await eventually(() => expect(tailed.toSorted()).toEqual(['1', '2', '3']));
    await member.stop();
    await tail.stop();
    expect(member.breaches).toEqual([]);
  });

  it('is in a group once, though the connection broke while it waited to be let in', async () => {
    const group = freshName('group');
    isBent = false;
    const steady = await openTestLog();
    others.push(steady);
    const release = Promise.withResolvers<void>();
    closing.push(() => release.resolve());
    const first = await RecordingConsumer.join({
      log: steady,
      group,
      topics: [topic],
      onRelease: () => release.promise,
    });
    await eventually(() => expect(first.held.size).toBe(4));
    let membersMax = 0;
    const countMembers = async (): Promise<number> => {
      const count = (await admin.describeGroups([group])).groups[0]?.members.length ?? 0;
      membersMax = Math.max(membersMax, count);
      return count;
    };
    isBent = true;
    const deps = testDeps();
    const config = { brokers: testBrokers(), clientId: 'joins', topics: [topic], ...KAFKA_DEFAULTS };
    const bent = await openKafkaEventLog(config, deps);
    others.push(bent);
    const joining = RecordingConsumer.join({ log: bent, group, topics: [topic] });
    // It is in, and waits for the first to release what it has.
    await eventually(async () => expect(await countMembers()).toBe(2));
    each((proxy) => proxy.drop());
    const retried = async (): Promise<number> =>
      (await deps.metrics.retries.get()).values.find(({ labels }) => labels.operation === 'join')?.value ?? 0;
    await eventually(async () => expect(await retried()).toBeGreaterThan(0));
    release.resolve();
    const second = await joining;
    await eventually(async () => {
      await countMembers();
      expect([first.held.size, second.held.size]).toEqual([2, 2]);
    });
    expect(membersMax).toBe(2);
  });

  it('begins a tail once the partitions have leaders, later than a question may take', async () => {
    await log.append([record(topic, 'a', '1')]);
    each((proxy) => proxy.cut());
    const tailed: string[] = [];
    const tailing = log.tail(topic, (records) => void tailed.push(...records.map(textOf)));
    tailing.catch(() => {});
    await systemClock.sleep(PATIENCE_MS + 1_000);
    each((proxy) => proxy.mend());
    const tail = await tailing;
    expect(tailed).toEqual(['1']);
    await tail.stop();
  });

  it('says unavailable where nobody answers for long, and at the start which setting is wrong', async () => {
    each((proxy) => proxy.cut());
    await expect(log.ping()).rejects.toMatchObject({ code: 'unavailable', retriable: true });
    const [bounds, opened] = await Promise.allSettled([log.bounds(topic), openTestLog()]);
    expect(bounds).toMatchObject({ reason: { code: 'unavailable' } });
    expect(opened).toMatchObject({
      reason: { code: 'unavailable', message: expect.stringMatching(/^KAFKA_BROKERS: /) as string },
    });
  });

  it('says at the start which topic is missing', async () => {
    const missing = freshName('missing');
    await expect(openTestLog(systemClock, [topic, missing])).rejects.toMatchObject({
      code: 'rejected',
      message: expect.stringContaining(missing) as string,
    });
  });
});
