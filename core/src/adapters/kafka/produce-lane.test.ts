import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import type { NewRecord } from '../../ports/event-log.ts';
import { systemClock, type Clock } from '../../runtime/clock.ts';
import { Registry } from '../../runtime/metrics.ts';
import { eventually } from '../../testing/eventually.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import type { Cluster } from './cluster.ts';
import { kafkaMetrics } from './metrics.ts';
import { PartitionQueue, type PendingBatch } from './partition-queue.ts';
import { ProduceLane } from './produce-lane.ts';
import type { TopicDirectory } from './topic-directory.ts';
import { recordSizeMax, type ProducerIdentity } from './wire/batch-builder.ts';
import { readRecords } from './wire/batch-reader.ts';
import { Reader } from './wire/reader.ts';
import { BATCH } from './wire/record-batch.ts';
import { Writer } from './wire/writer.ts';

const OUT_OF_ORDER_SEQUENCE_NUMBER = 45;
const DUPLICATE_SEQUENCE_NUMBER = 46;
const MESSAGE_TOO_LARGE = 10;
const NOT_LEADER_FOR_PARTITION = 6;
const INVALID_TIMESTAMP = 32;
const LOST = 'connection lost';
const BUSY_LINGER_MS = 8;
const BUSY_RECORDS = 4;

interface Sent {
  readonly keys: string[];
  readonly producerId: bigint;
  readonly sequence: number;
}

/** A broker that answers produce requests for partition 0 of `t` as scripted: what no healthy Kafka can be made to say. */
class ScriptedBroker {
  readonly sent: Sent[] = [];
  readonly answers: (number | typeof LOST)[];

  constructor(answers: (number | typeof LOST)[]) {
    this.answers = answers;
  }

  readonly connectionPool = {
    send: async (message: {
      request: { encode(): Promise<{ buf: Buffer }> };
      response: { decode(payload: Buffer): Promise<unknown> };
    }): Promise<unknown> => {
      const { buf } = await message.request.encode();
      const reader = new Reader(buf);
      reader.string();
      reader.int16();
      reader.int32();
      reader.int32();
      reader.string();
      reader.int32();
      reader.int32();
      const batch = reader.bytes();
      this.sent.push({
        keys: readRecords(batch, 't', 0, 0).records.map(({ key }) => key),
        producerId: batch.readBigInt64BE(BATCH.producerId),
        sequence: batch.readInt32BE(BATCH.baseSequence),
      });
      const code = this.answers.shift() ?? 0;
      if (code === LOST) throw Object.assign(new Error(LOST), { name: 'KafkaJSConnectionClosedError' });
      const answer = new Writer(64).int32(1).string('t').int32(1).int32(0).int16(code);
      return message.response.decode(answer.int64(0).int64(-1).int64(0).int32(0).finish());
    },
  };
}

describe('ProduceLane', () => {
  let broker: ScriptedBroker;
  let queue: PartitionQueue;
  let lane: ProduceLane;
  let otherLane: ProduceLane;
  const outcomes: [keys: number, error: unknown][] = [];
  const first: ProducerIdentity = { id: 100n, epoch: 0 };

  let clock: Clock = systemClock;
  const start = (...answers: (number | typeof LOST)[]): void => {
    broker = new ScriptedBroker(answers);
    let nextId = first.id;
    const options = {
      cluster: { broker: () => Promise.resolve(broker) } as unknown as Cluster,
      directory: {
        leader: () => 1,
        partitions: () => 1,
        refresh: () => Promise.resolve(),
      } as unknown as TopicDirectory,
      clock,
      logger: pino({ level: 'silent' }),
      metrics: kafkaMetrics(new Registry()),
      lingerMs: 0,
      busyLingerMs: BUSY_LINGER_MS,
      busyRecords: BUSY_RECORDS,
      requestBytesMax: 1_000_000,
      newIdentity: () => Promise.resolve({ id: ++nextId, epoch: 0 }),
      settled: (batch: PendingBatch, error: unknown) => void outcomes.push([batch.builder.count, error]),
    };
    lane = new ProduceLane(options);
    otherLane = new ProduceLane(options);
  };
  const append = (...keys: string[]): void => {
    for (const key of keys) {
      const record: NewRecord = { topic: 't', key, value: null, headers: {}, timestampMs: 1 };
      queue.add(record, recordSizeMax(record), { remaining: 1, resolve: () => {}, reject: () => {} });
    }
    lane.offer(queue);
  };
  const settled = (count: number): Promise<void> => eventually(() => expect(outcomes).toHaveLength(count));

  beforeEach(() => {
    outcomes.length = 0;
    clock = systemClock;
    queue = new PartitionQueue('t', 0, first, 100_000);
  });

  it('sends what came together as one batch, and counts on', async () => {
    start();
    append('a', 'b');
    await settled(1);
    append('c');
    await settled(2);
    expect(broker.sent).toEqual([
      { keys: ['a', 'b'], producerId: 100n, sequence: 0 },
      { keys: ['c'], producerId: 100n, sequence: 2 },
    ]);
  });

  it('lets batches grow while requests carry much, and sends at once again when they do not', async () => {
    const manual = new ManualClock();
    clock = manual;
    start();
    append('a', 'b', 'c', 'd');
    await settled(1);
    append('e');
    await manual.advance(BUSY_LINGER_MS - 1);
    append('f');
    await turn();
    expect(broker.sent).toHaveLength(1);
    await manual.advance(1);
    await settled(2);
    append('g');
    await settled(3);
    expect(broker.sent.map(({ keys }) => keys)).toEqual([['a', 'b', 'c', 'd'], ['e', 'f'], ['g']]);
  });

  it('leaves alone what another lane has on its way, which goes on with it', async () => {
    start(LOST);
    append('a');
    otherLane.offer(queue);
    await eventually(() => expect(broker.sent).toHaveLength(1));
    append('b');
    otherLane.offer(queue);
    await settled(2);
    const a = { keys: ['a'], producerId: 100n, sequence: 0 };
    expect(broker.sent).toEqual([a, a, { keys: ['b'], producerId: 100n, sequence: 1 }]);
  });

  it('sends a batch whose answer was lost again as it was, before all that came after', async () => {
    start(LOST, NOT_LEADER_FOR_PARTITION);
    append('a');
    await eventually(() => expect(broker.sent).toHaveLength(1));
    append('b', 'c');
    await settled(2);
    const again = { keys: ['a'], producerId: 100n, sequence: 0 };
    expect(broker.sent).toEqual([again, again, again, { keys: ['b', 'c'], producerId: 100n, sequence: 1 }]);
  });

  it('takes a repetition the broker recognised for what it is', async () => {
    start(LOST, DUPLICATE_SEQUENCE_NUMBER);
    append('a');
    await settled(1);
    expect(outcomes).toEqual([[1, undefined]]);
  });

  it('begins anew under another id where the broker has lost the thread', async () => {
    start(0, OUT_OF_ORDER_SEQUENCE_NUMBER);
    append('a');
    await settled(1);
    append('b');
    await settled(2);
    append('c');
    await settled(3);
    expect(broker.sent.slice(1)).toEqual([
      { keys: ['b'], producerId: 100n, sequence: 1 },
      { keys: ['b'], producerId: 101n, sequence: 0 },
      { keys: ['c'], producerId: 101n, sequence: 1 },
    ]);
  });

  it('halves what is too large for the topic, and refuses only what is too large alone', async () => {
    start(MESSAGE_TOO_LARGE, 0, MESSAGE_TOO_LARGE);
    append('a', 'b');
    await settled(2);
    expect(broker.sent.map(({ keys }) => keys)).toEqual([['a', 'b'], ['a'], ['b']]);
    expect(outcomes[0]).toEqual([1, undefined]);
    expect(outcomes[1]?.[1]).toMatchObject({ code: 'rejected', retriable: false });
  });

  it('goes on after a refusal, under another id', async () => {
    start(INVALID_TIMESTAMP);
    append('a');
    await settled(1);
    append('b');
    await settled(2);
    expect(outcomes[0]?.[1]).toMatchObject({ code: 'rejected' });
    expect(broker.sent[1]).toEqual({ keys: ['b'], producerId: 101n, sequence: 0 });
  });
});
