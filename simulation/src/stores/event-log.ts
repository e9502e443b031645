import type { EventLog, LogRecord, NewRecord, Subscription } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import { partitionOf } from '@vitalwire/core/runtime/topics.ts';
import type { Process } from '../world/process.ts';
import { ConsumerGroup } from './consumer-group.ts';

/**
 * The event log's engine: what is in here is durable. Each process reaches it through a `port` of its own, which may be slow, fail and
 * die with it. Nothing is ever removed, so that the oracle can read what happened.
 */
export class SimulatedLog {
  readonly partitions: number;
  readonly #clock: Clock;
  readonly #topics = new Map<string, LogRecord[][]>();
  readonly #groups = new Map<string, ConsumerGroup>();
  /** When each record became durable, by its object. */
  readonly #durableAtMs = new Map<LogRecord, number>();

  constructor(partitions: number, clock: Clock) {
    this.partitions = partitions;
    this.#clock = clock;
  }

  /** Everything a topic holds: partition by partition, each in its order. */
  records(topic: string): readonly LogRecord[] {
    return this.#topic(topic).flat();
  }

  durableAtMs(record: LogRecord): number {
    return this.#durableAtMs.get(record) ?? Number.NaN;
  }

  partition(topic: string, partition: number): readonly LogRecord[] {
    return this.#topic(topic)[partition] ?? [];
  }

  /** How many records of the topic the group has not committed yet. */
  lag(group: string, topic: string): number {
    const committed = this.#groups.get(group)?.committed ?? new Map<number, number>();
    return this.#topic(topic).reduce(
      (sum, records, partition) => sum + records.length - (committed.get(partition) ?? 0),
      0,
    );
  }

  append(records: readonly NewRecord[]): void {
    for (const record of records) {
      const partition = partitionOf(record.key, this.partitions);
      const stored = this.#topic(record.topic)[partition] as LogRecord[];
      const durable: LogRecord = { ...record, partition, offset: stored.length };
      stored.push(durable);
      this.#durableAtMs.set(durable, this.#clock.now());
    }
    for (const group of this.#groups.values()) group.wake();
  }

  port(process: Process): EventLog {
    // One producer a process: appends take effect in the order of the calls, however long each takes.
    let appended: Promise<unknown> = Promise.resolve();
    return {
      append: (records) => {
        const before = appended;
        const own = process.call('log.append', true, async () => {
          await before;
          this.append(records);
        });
        appended = own.catch(() => {});
        return own;
      },
      consume: (subscription) =>
        process.call('log.consume', false, async () => this.#group(subscription).join(subscription, process)),
      tail: () => Promise.reject(new VitalwireError('rejected', 'not simulated', { retriable: false })),
      read: ({ topic, partition, offset }, maxRecords) =>
        process.call('log.read', true, async () =>
          this.partition(topic, partition).slice(offset, offset + maxRecords),
        ),
      bounds: (topic) =>
        process.call('log.bounds', true, async () =>
          this.#topic(topic).map((records, partition) => ({ partition, first: 0, next: records.length })),
        ),
      committed: (group) =>
        process.call('log.committed', true, async () => new Map(this.#groups.get(group)?.committed)),
      ping: async () => {},
      close: async () => {},
    };
  }

  #group({ group, topics }: Subscription): ConsumerGroup {
    let known = this.#groups.get(group);
    if (known === undefined) {
      const topic = topics[0] ?? '';
      known = new ConsumerGroup(topic, this.partitions, this.#clock, (partition) =>
        this.partition(topic, partition),
      );
      this.#groups.set(group, known);
    }
    return known;
  }

  #topic(name: string): LogRecord[][] {
    let topic = this.#topics.get(name);
    if (topic === undefined) {
      topic = Array.from({ length: this.partitions }, () => []);
      this.#topics.set(name, topic);
    }
    return topic;
  }
}
