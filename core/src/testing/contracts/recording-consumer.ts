import type { Consumer, EventLog, GroupPartition, LogRecord, PartitionTask } from '../../ports/event-log.ts';

const name = (partition: { topic: string; partition: number }): string =>
  `${partition.topic}/${partition.partition}`;

interface Options {
  readonly log: EventLog;
  readonly group: string;
  readonly topics: readonly string[];
  readonly maxBatchRecords?: number;
  /** Where a task starts; the group's own position if left out. */
  readonly startAt?: (committed: number | undefined, partition: number) => number | undefined;
  /** Runs inside `process`, before the records count as received. */
  readonly onProcess?: (records: readonly LogRecord[], group: GroupPartition) => Promise<void> | void;
  readonly onAssigned?: (partition: number) => Promise<void> | void;
  readonly onRelease?: (partition: number, group: GroupPartition) => Promise<void> | void;
}

/** A group member that writes down what the log does to it, and every breach of `PartitionTask`'s contract it can see. */
export class RecordingConsumer {
  readonly received: LogRecord[] = [];
  readonly batches: (readonly LogRecord[])[] = [];
  /** By `topic/partition`: what is assigned now. */
  readonly held = new Map<string, GroupPartition>();
  readonly committedAtAssignment = new Map<string, number | undefined>();
  readonly breaches: string[] = [];
  readonly #running = new Set<string>();
  #consumer: Consumer | undefined;

  static async join(options: Options): Promise<RecordingConsumer> {
    const member = new RecordingConsumer();
    member.#consumer = await options.log.consume({
      group: options.group,
      topics: options.topics,
      maxBatchRecords: options.maxBatchRecords ?? 100,
      assigned: (partition, group) => member.#assigned(options, name(partition), partition.partition, group),
    });
    return member;
  }

  get failed(): Promise<never> {
    return this.#joined().failed;
  }

  stop(): Promise<void> {
    return this.#joined().stop();
  }

  /** Batches being handled now. */
  get processing(): number {
    return this.#running.size;
  }

  values(): string[] {
    return this.received.map((record) => Buffer.from(record.value ?? []).toString('utf8'));
  }

  #joined(): Consumer {
    if (!this.#consumer) throw new Error('not joined');
    return this.#consumer;
  }

  async #assigned(
    options: Options,
    name: string,
    partition: number,
    group: GroupPartition,
  ): Promise<PartitionTask> {
    if (this.held.has(name)) this.breaches.push(`${name} assigned while held`);
    await options.onAssigned?.(partition);
    this.held.set(name, group);
    this.committedAtAssignment.set(name, group.committed);
    return {
      startAt: options.startAt ? options.startAt(group.committed, partition) : group.committed,
      process: (records) => this.#process(options, name, group, records),
      release: async () => {
        if (this.#running.has(name)) this.breaches.push(`${name} released while processing`);
        if (!this.held.has(name)) this.breaches.push(`${name} released twice`);
        await options.onRelease?.(partition, group);
        this.held.delete(name);
      },
    };
  }

  async #process(
    options: Options,
    held: string,
    group: GroupPartition,
    records: readonly LogRecord[],
  ): Promise<void> {
    if (!this.held.has(held)) this.breaches.push(`${held} processed while not held`);
    if (this.#running.has(held)) this.breaches.push(`${held} processed concurrently`);
    if (records.length === 0) this.breaches.push(`${held} processed nothing`);
    if (records.length > (options.maxBatchRecords ?? 100)) this.breaches.push(`${held} batch too large`);
    if (records.some((record) => name(record) !== held)) this.breaches.push(`${held} got another's record`);
    this.#running.add(held);
    try {
      await options.onProcess?.(records, group);
      this.received.push(...records);
      this.batches.push(records);
    } finally {
      this.#running.delete(held);
    }
  }
}
