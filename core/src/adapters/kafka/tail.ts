import type { Consumer, LogRecord, PartitionBounds } from '../../ports/event-log.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import { Cluster } from './cluster.ts';
import type { FetchTarget } from './fetcher.ts';
import { Fetcher } from './fetcher.ts';
import type { ConsumerOptions } from './group-consumer.ts';
import { listBounds } from './offsets.ts';
import { persistAWhile } from './persist.ts';
import { requireTopics } from './require-topics.ts';
import { TopicDirectory } from './topic-directory.ts';

type Handler = (records: readonly LogRecord[]) => Promise<void> | void;

/** How many records may wait for the handler before their partition is no longer fetched. */
const WAITING_RECORDS_MAX = 10_000;

/**
 * How long a tail waits at its start for brokers that are away, or that do not yet lead what has just been made: a busy cluster elects the
 * leaders of new topics for longer than a question may take. Whoever begins a tail has opened the log before, so no wrong address waits here.
 */
const START_PATIENCE_MS = 60_000;

interface Delivery {
  readonly target: TailTarget;
  readonly records: readonly LogRecord[];
  readonly nextOffset: number;
}

interface TailTarget extends FetchTarget {
  waitingRecords: number;
  /** Everything before it was handled. */
  handledUpTo: number;
  readonly caughtUpAt: number;
}

/** Reads all partitions of a topic from their first records on, without a group: nothing of it is left on the brokers. */
export class Tail implements Consumer {
  readonly failed: Promise<never>;
  readonly #cluster: Cluster;
  readonly #fetcher: Fetcher;
  readonly #directory: TopicDirectory;
  readonly #handler: Handler;
  readonly #deliveries: Delivery[] = [];
  readonly #caughtUp = Promise.withResolvers<void>();
  #targets: readonly TailTarget[] = [];
  #fail!: (error: unknown) => void;
  #handling: Promise<void> | undefined;
  #isEnded = false;
  #stopped: Promise<void> | undefined;

  private constructor(handler: Handler, options: ConsumerOptions) {
    this.#handler = handler;
    this.#cluster = new Cluster(options.cluster);
    this.#directory = new TopicDirectory(this.#cluster);
    this.#fetcher = new Fetcher({ ...options, cluster: this.#cluster, directory: this.#directory });
    this.failed = new Promise((_, reject) => (this.#fail = reject));
    this.failed.catch(() => {});
  }

  /** Resolves once what was there is handled. @throws VitalwireError `unavailable`, `rejected`; what the handler threw until then */
  static async follow(topic: string, handler: Handler, options: ConsumerOptions): Promise<Consumer> {
    const tail = new Tail(handler, options);
    try {
      const askBounds = async (): Promise<readonly PartitionBounds[]> => {
        await requireTopics(tail.#directory, [topic]);
        return listBounds(tail.#cluster, tail.#directory, topic);
      };
      const bounds = await persistAWhile(options, 'tail', askBounds, START_PATIENCE_MS);
      tail.#targets = bounds.map(({ partition, first, next }) => tail.#target(topic, partition, first, next));
      tail.#checkCaughtUp();
      for (const target of tail.#targets) tail.#fetcher.add(target);
      await Promise.race([tail.#caughtUp.promise, tail.failed]);
      return tail;
    } catch (error) {
      await tail.stop();
      throw error;
    }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#isEnded = true;
    this.#deliveries.length = 0;
    await this.#handling;
    await this.#fetcher.stop();
    await this.#cluster.close();
  }

  #target(topic: string, partition: number, first: number, next: number): TailTarget {
    const target: TailTarget = {
      topic,
      partition,
      position: first,
      isPaused: false,
      waitingRecords: 0,
      handledUpTo: first,
      caughtUpAt: next,
      deliver: (records, nextOffset) => {
        if (this.#isEnded) return;
        this.#deliveries.push({ target, records, nextOffset });
        target.waitingRecords += records.length;
        target.isPaused = target.waitingRecords >= WAITING_RECORDS_MAX;
        this.#handling ??= this.#handle();
      },
      foundNothing: () => {},
      fail: (error) => this.#end(error),
    };
    return target;
  }

  async #handle(): Promise<void> {
    for (let next = this.#deliveries.shift(); next; next = this.#deliveries.shift()) {
      const { target, records, nextOffset } = next;
      try {
        if (records.length > 0) await this.#handler(records);
      } catch (error) {
        this.#end(error);
        break;
      }
      target.waitingRecords -= records.length;
      target.handledUpTo = nextOffset;
      if (target.isPaused && target.waitingRecords <= WAITING_RECORDS_MAX / 2) {
        target.isPaused = false;
        this.#fetcher.wake();
      }
      this.#checkCaughtUp();
    }
    this.#handling = undefined;
  }

  #checkCaughtUp(): void {
    if (this.#targets.every((target) => target.handledUpTo >= target.caughtUpAt)) this.#caughtUp.resolve();
  }

  #end(error: unknown): void {
    this.#isEnded = true;
    this.#deliveries.length = 0;
    for (const target of this.#targets) this.#fetcher.remove(target);
    this.#fail(error ?? new VitalwireError('rejected', 'the handler threw nothing', { retriable: false }));
  }
}
