import type {
  Consumer,
  EventLog,
  LogRecord,
  NewRecord,
  PartitionTask,
  Subscription,
} from '@vitalwire/core/ports/event-log.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';

/**
 * An event log of one partition in memory that outlives the pipelines reading it, for tests that let them die at every step on a manual
 * clock. It has no timers and no threads of its own; the contract is SQLite's and Kafka's to keep.
 */
export class MemoryLog {
  readonly topics = new Map<string, LogRecord[]>();
  readonly #commits = new Map<string, number>();
  #wake: (() => void)[] = [];

  records(topic: string): readonly LogRecord[] {
    return this.topics.get(topic) ?? [];
  }

  add(records: readonly NewRecord[]): void {
    for (const record of records) {
      const topic = this.topics.get(record.topic) ?? [];
      this.topics.set(record.topic, topic);
      topic.push({ ...record, partition: 0, offset: topic.length });
    }
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** The port of one process; a process that died is cut off by `connected`. */
  port(connected: () => boolean): EventLog {
    return {
      append: async (records) => this.add(records),
      consume: (subscription) => this.#consume(subscription, connected),
      tail: () => Promise.reject(new VitalwireError('rejected', 'not needed here', { retriable: false })),
      read: async ({ topic, offset }, maxRecords) => this.records(topic).slice(offset, offset + maxRecords),
      bounds: async (topic) => [{ partition: 0, first: 0, next: this.records(topic).length }],
      committed: async (group) =>
        new Map([...this.#commits].filter(([name]) => name === group).map(([, next]) => [0, next])),
      ping: async () => {},
      close: async () => {},
    };
  }

  async #consume(subscription: Subscription, connected: () => boolean): Promise<Consumer> {
    const { group } = subscription;
    const topic = subscription.topics[0]!;
    const failure = Promise.withResolvers<never>();
    failure.promise.catch(() => {});
    let stopping = false;
    const task = await subscription.assigned(
      { topic, partition: 0 },
      {
        committed: this.#commits.get(group),
        commit: async (nextOffset) => void this.#commits.set(group, nextOffset),
      },
    );
    const running = this.#deliver(topic, task, subscription.maxBatchRecords, () => connected() && !stopping);
    running.catch((error: unknown) => failure.reject(error));
    return {
      failed: failure.promise,
      stop: async () => {
        stopping = true;
        for (const wake of this.#wake.splice(0)) wake();
        await running;
        await task.release();
      },
    };
  }

  async #deliver(topic: string, task: PartitionTask, max: number, goOn: () => boolean): Promise<void> {
    let next = task.startAt ?? 0;
    while (goOn()) {
      const batch = this.records(topic).slice(next, next + max);
      if (batch.length === 0) {
        await new Promise<void>((resolve) => this.#wake.push(resolve));
        continue;
      }
      await task.process(batch);
      next += batch.length;
    }
  }
}
