import type { Consumer, PartitionTask, Subscription, TopicPartition } from '../../ports/event-log.ts';
import type { Clock } from '../../runtime/clock.ts';
import { VitalwireError, isSuperseded, messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { Cluster, type ClusterOptions } from './cluster.ts';
import { kafkaErrorType, passes, SUPERSEDED, toVitalwireError } from './errors.ts';
import { Fetcher } from './fetcher.ts';
import { GroupMember, type Generation, type GroupTimeouts, type Standing } from './group-member.ts';
import type { KafkaMetrics } from './metrics.ts';
import { EARLIEST, listOffset } from './offsets.ts';
import { PartitionRunner } from './partition-runner.ts';
import { PATIENCE_MS, persist, persistAWhile } from './persist.ts';
import { requireTopics } from './require-topics.ts';
import { TopicDirectory } from './topic-directory.ts';

export interface ConsumerOptions {
  readonly cluster: ClusterOptions;
  readonly timeouts: GroupTimeouts;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: KafkaMetrics;
}

/** A membership that is being lived: its commits hold until `isOver`. */
interface Tenure {
  readonly generation: Generation;
  readonly runners: PartitionRunner[];
  readonly over: AbortController;
  /** Resolves once, when the membership should end. */
  readonly ending: Promise<Standing | 'stopping'>;
  end(reason: Standing | 'stopping'): void;
}

/**
 * A member of a consumer group. kafkajs's own consumer is not used: see kafkajs-internals.ts. On a rebalance every partition is released,
 * with the old membership still good for commits, before this member joins again; so no partition is with two members at a time, but
 * one that the group gave up on: that one's commits fail with `superseded`.
 */
export class GroupConsumer implements Consumer {
  readonly failed: Promise<never>;
  readonly #options: ConsumerOptions;
  readonly #subscription: Subscription;
  readonly #cluster: Cluster;
  readonly #directory: TopicDirectory;
  readonly #fetcher: Fetcher;
  readonly #member: GroupMember;
  readonly #stopping = new AbortController();
  /** Ends what even a consumer that stops waits for, after a while. */
  readonly #impatience = new AbortController();
  #fail!: (error: unknown) => void;
  #tenure: Tenure | undefined;
  #isJoining = false;
  #life: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | undefined;

  private constructor(subscription: Subscription, options: ConsumerOptions) {
    this.#subscription = subscription;
    this.#options = options;
    this.#cluster = new Cluster(options.cluster);
    this.#directory = new TopicDirectory(this.#cluster);
    const parts = { ...options, cluster: this.#cluster, directory: this.#directory };
    this.#fetcher = new Fetcher(parts);
    this.#member = new GroupMember({
      ...parts,
      group: subscription.group,
      topics: subscription.topics,
    });
    this.failed = new Promise((_, reject) => (this.#fail = reject));
    // Whoever does not ask is not told.
    this.failed.catch(() => {});
  }

  /** @throws VitalwireError `unavailable`; `rejected` where a topic does not exist */
  static async join(subscription: Subscription, options: ConsumerOptions): Promise<Consumer> {
    const consumer = new GroupConsumer(subscription, options);
    try {
      await persistAWhile(options, 'metadata', () => requireTopics(consumer.#directory, subscription.topics));
      const generation = await persistAWhile(options, 'join', () => consumer.#join());
      consumer.#life = consumer.#live(generation);
      return consumer;
    } catch (error) {
      await consumer.#leave();
      throw error;
    }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping.abort();
    const impatient = this.#options.clock.after(PATIENCE_MS, () => this.#impatience.abort());
    this.#tenure?.end('stopping');
    if (this.#isJoining) await this.#giveUpJoin();
    await this.#life;
    impatient();
  }

  /** From one membership to the next, until stopped or failed. */
  async #live(first: Generation): Promise<void> {
    const { logger } = this.#options;
    const { group } = this.#subscription;
    try {
      for (let generation = first; ;) {
        const reason = await this.#serve(generation);
        logger.info({ group, reason, generation: generation.id }, 'released all partitions');
        if (this.#stopping.signal.aborted) break;
        this.#isJoining = true;
        generation = await persist(this.#options, 'join', this.#stopping.signal, () => this.#join());
        this.#isJoining = false;
      }
    } catch (error) {
      // A join that stop() interrupted is no failure.
      if (!this.#stopping.signal.aborted) {
        logger.error({ group, err: error }, 'consumer failed');
        this.#fail(error);
      }
    }
    await this.#fetcher.stop();
    await this.#leave();
  }

  /**
   * A join is answered once every other member has released what it has, and a broker takes nothing else from a connection until then: the
   * group is told by another one, and answers the join.
   */
  async #giveUpJoin(): Promise<void> {
    const cluster = new Cluster(this.#options.cluster);
    try {
      await this.#member.leave(await cluster.coordinator(this.#subscription.group));
    } catch (error) {
      this.#options.logger.debug({ reason: messageOf(error) }, 'the join is waited for');
    }
    await cluster.close();
  }

  /** A member that says nothing is waited for until its session ends, and its partitions with it. */
  async #leave(): Promise<void> {
    try {
      await this.#member.leave(undefined);
    } catch (error) {
      const { group } = this.#subscription;
      this.#options.logger.warn({ group, reason: messageOf(error) }, 'left the group without saying so');
    }
    await this.#cluster.close();
  }

  async #join(): Promise<Generation> {
    const { logger, metrics } = this.#options;
    const { group, topics } = this.#subscription;
    for (;;) {
      try {
        await this.#directory.load(topics);
        const generation = await this.#member.join();
        metrics.rebalances.inc({ group });
        const partitions = generation.partitions.map(({ topic, partition }) => `${topic}/${partition}`);
        logger.info({ group, generation: generation.id, partitions }, 'joined');
        return generation;
      } catch (error) {
        // The group moved on meanwhile: join what it is now.
        if (!SUPERSEDED.has(kafkaErrorType(error) ?? '') || this.#stopping.signal.aborted) throw error;
      }
    }
  }

  /** @throws what a task or the engine failed with, once everything is released */
  async #serve(generation: Generation): Promise<Standing | 'stopping'> {
    const { promise: ending, resolve: end } = Promise.withResolvers<Standing | 'stopping'>();
    const over = new AbortController();
    const tenure: Tenure = { generation, runners: [], over, ending, end };
    let failure: { readonly error: unknown } | undefined;
    const fail = (error: unknown): void => {
      failure ??= { error };
      end('stopping');
    };
    this.#tenure = tenure;
    if (this.#stopping.signal.aborted) end('stopping');
    this.#tellAssigned(generation.partitions);
    const heart = this.#beat(tenure, fail);
    const assigning = this.#assign(tenure, fail);
    const reason = await ending;
    await assigning;
    await this.#release(tenure, fail);
    this.#tellAssigned([]);
    over.abort();
    await heart;
    if (failure) throw failure.error;
    return reason;
  }

  /** Keeps the membership alive until it is over, also while its partitions are being released. */
  async #beat(tenure: Tenure, fail: (error: unknown) => void): Promise<void> {
    const { clock, logger, timeouts } = this.#options;
    let heardMs = clock.monotonic();
    let isSuspended = false;
    while (!tenure.over.signal.aborted) {
      await clock.sleep(timeouts.heartbeatMs, tenure.over.signal);
      if (tenure.over.signal.aborted) return;
      try {
        const standing = await this.#member.heartbeat(tenure.generation);
        heardMs = clock.monotonic();
        if (isSuspended) for (const runner of tenure.runners) runner.resume();
        isSuspended = false;
        if (standing !== 'member') tenure.end(standing);
        // Nobody listens to a member the group has given up on.
        if (standing === 'lost') return;
      } catch (error) {
        const silentMs = clock.monotonic() - heardMs;
        logger.debug({ reason: messageOf(error), silent_ms: silentMs }, 'heartbeat went unanswered');
        if (!isSuspended && silentMs > timeouts.sessionMs) {
          isSuspended = true;
          logger.warn({ silent_ms: silentMs }, 'the group is out of reach; processing waits');
          for (const runner of tenure.runners) runner.suspend();
        }
        if (!passes(error)) fail(toVitalwireError(error, 'heartbeat'));
      }
    }
  }

  async #assign(tenure: Tenure, fail: (error: unknown) => void): Promise<void> {
    const { partitions } = tenure.generation;
    try {
      const committed = await persist(this.#options, 'committed', this.#stopping.signal, () =>
        this.#member.committed(partitions),
      );
      const starts = partitions.map(async (partition) => {
        const task = await this.#subscription.assigned(partition, {
          committed: committed(partition),
          commit: (nextOffset) => this.#commit(tenure, partition, nextOffset),
        });
        await this.#start(tenure, partition, task, fail);
      });
      // All of them, whatever becomes of one: what was assigned is there to be released.
      for (const start of await Promise.allSettled(starts)) {
        if (start.status === 'rejected') throw start.reason;
      }
    } catch (error) {
      if (!this.#stopping.signal.aborted) fail(error);
    }
  }

  async #start(
    tenure: Tenure,
    partition: TopicPartition,
    task: PartitionTask,
    fail: (error: unknown) => void,
  ): Promise<void> {
    const { metrics } = this.#options;
    const { group, maxBatchRecords } = this.#subscription;
    const { topic } = partition;
    const consumed = metrics.consumed.labels({ topic, group });
    const lag = metrics.lag.labels({ topic, group, partition: partition.partition });
    const runner = new PartitionRunner({
      ...partition,
      task,
      position: task.startAt ?? 0,
      maxBatchRecords,
      wake: () => this.#fetcher.wake(),
      fetched: (count, behind) => {
        consumed.inc(count);
        lag.set(behind);
      },
      fail,
    });
    tenure.runners.push(runner);
    if (task.startAt === undefined) {
      runner.position = await persist(this.#options, 'offsets', this.#stopping.signal, () =>
        listOffset(this.#cluster, this.#directory, partition, EARLIEST),
      );
    }
    this.#fetcher.add(runner);
  }

  #tellAssigned(partitions: readonly TopicPartition[]): void {
    const { group, topics } = this.#subscription;
    for (const topic of topics) {
      const count = partitions.filter((partition) => partition.topic === topic).length;
      this.#options.metrics.assigned.set({ topic, group }, count);
    }
  }

  async #release(tenure: Tenure, fail: (error: unknown) => void): Promise<void> {
    const { logger, metrics } = this.#options;
    const { group } = this.#subscription;
    await Promise.all(
      tenure.runners.map(async (runner) => {
        const { topic, partition } = runner;
        this.#fetcher.remove(runner);
        try {
          await runner.halt();
          // Its state is not that of any offset: storing it would be worse than doing its work again.
          if (!runner.hasFailed) await runner.task.release();
        } catch (error) {
          const isLost = isSuperseded(error);
          if (isLost) logger.info({ topic, partition }, 'the partition was gone before it was released');
          else fail(error);
        }
        metrics.lag.remove({ topic, group, partition });
      }),
    );
  }

  async #commit(tenure: Tenure, partition: TopicPartition, nextOffset: number): Promise<void> {
    const { signal: over } = tenure.over;
    if (over.aborted) throw superseded(partition, undefined);
    try {
      const until = AbortSignal.any([over, this.#impatience.signal]);
      await persist(this.#options, 'commit', until, () =>
        this.#member.commit(tenure.generation, partition, nextOffset),
      );
    } catch (error) {
      const cause = error instanceof Error ? error.cause : undefined;
      const isFenced = SUPERSEDED.has(kafkaErrorType(cause) ?? '');
      if (isFenced) tenure.end('lost');
      if (isFenced || over.aborted) throw superseded(partition, error);
      throw error;
    }
  }
}

function superseded({ topic, partition }: TopicPartition, cause: unknown): VitalwireError {
  return new VitalwireError('superseded', `Kafka: ${topic}/${partition} is with another member`, {
    retriable: false,
    cause,
  });
}
