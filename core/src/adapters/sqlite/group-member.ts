import type { Consumer, Subscription } from '../../ports/event-log.ts';
import type { ConsumerGroup } from './consumer-group.ts';
import type { PartitionLog, TopicState } from './log-slots.ts';
import type { LogStorage } from './log-storage.ts';
import { TaskRunner } from './task-runner.ts';

/** One member of a consumer group: a task for each partition it holds. */
export class GroupMember implements Consumer {
  readonly failed: Promise<never>;
  /** Resolves once the member has left, however it came to that. */
  readonly ended: Promise<void>;
  readonly partitions: readonly PartitionLog[];
  readonly #storage: LogStorage;
  readonly #subscription: Subscription;
  readonly #topics: ReadonlyMap<string, TopicState>;
  readonly #group: ConsumerGroup;
  readonly #runners = new Map<number, TaskRunner>();
  readonly #fail: (error: unknown) => void;
  readonly #end: () => void;
  #leaving: Promise<void> | undefined;

  constructor(
    storage: LogStorage,
    subscription: Subscription,
    topics: readonly TopicState[],
    group: ConsumerGroup,
  ) {
    this.#storage = storage;
    this.#subscription = subscription;
    this.#topics = new Map(topics.map((topic) => [topic.spec.name, topic]));
    this.#group = group;
    this.partitions = topics.flatMap((topic) => topic.partitions);
    const failed = Promise.withResolvers<never>();
    this.failed = failed.promise;
    // Nobody need listen.
    this.failed.catch(() => undefined);
    this.#fail = (error) => {
      failed.reject(error);
      void this.#leave();
    };
    const ended = Promise.withResolvers<void>();
    this.ended = ended.promise;
    this.#end = ended.resolve;
  }

  subscribes(log: PartitionLog): boolean {
    return this.#topics.has(log.topic);
  }

  partitionsOf(topic: string): number {
    return this.#topics.get(topic)?.partitions.length ?? 0;
  }

  /** Called by the group: the partition is this member's now. */
  async take(log: PartitionLog): Promise<void> {
    if (this.#leaving) return;
    const runner = new TaskRunner(this.#storage, this.#subscription, log, this.#fail);
    this.#runners.set(log.slot, runner);
    await runner.start();
  }

  /** Called by the group: ends the task; when it resolves, another member may take the partition. */
  async release(log: PartitionLog): Promise<void> {
    const runner = this.#runners.get(log.slot);
    this.#runners.delete(log.slot);
    await runner?.end();
  }

  stop(): Promise<void> {
    return this.#leave();
  }

  #leave(): Promise<void> {
    return (this.#leaving ??= this.#group.leave(this).then(this.#end));
  }
}
