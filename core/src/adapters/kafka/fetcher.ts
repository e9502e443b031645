import type { LogRecord, TopicPartition } from '../../ports/event-log.ts';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf, VitalwireError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Cluster } from './cluster.ts';
import { kafkaErrorType, passes, toVitalwireError } from './errors.ts';
import { protocolError, sendRaw } from './kafkajs-internals.ts';
import type { KafkaMetrics } from './metrics.ts';
import { EARLIEST, listOffset } from './offsets.ts';
import type { TopicDirectory } from './topic-directory.ts';
import { readRecords } from './wire/batch-reader.ts';
import { fetchRequest, type FetchAnswer, type FetchLimits } from './wire/fetch.ts';

/** A partition that is read on and on. */
export interface FetchTarget extends TopicPartition {
  /** The next offset to fetch; the fetcher moves it. */
  position: number;
  /** While true nothing is fetched; `Fetcher.wake` after setting it to false. */
  isPaused: boolean;
  /** Takes records (none, where compaction or a transaction left nothing) and the offset after them. */
  deliver(records: readonly LogRecord[], nextOffset: number, highWatermark: number): void;
  /** A fetch brought nothing. */
  foundNothing(highWatermark: number): void;
  /** The partition cannot be read. */
  fail(error: unknown): void;
}

export interface FetcherOptions {
  readonly cluster: Cluster;
  readonly directory: TopicDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: KafkaMetrics;
}

/** How long a broker holds a fetch that finds nothing: as long as a partition that was resumed may wait to be asked for again. */
const LIMITS: FetchLimits = { maxWaitMs: 100, maxBytes: 8 * 1024 * 1024, maxPartitionBytes: 1024 * 1024 };
/**
 * Least time between two fetches from one broker. A fetch costs a broker and its reader about the same however much it brings: asked again at
 * once, a stream of single records would keep both busy with the asking. A record that comes after silence does not wait.
 */
const FETCH_EVERY_MS = 2;
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;
const NO_LEADER = -1;

/** Fetches partitions from the brokers that lead them, one long poll a broker, through outages and moving leaders. */
export class Fetcher {
  readonly #options: FetcherOptions;
  readonly #targets = new Set<FetchTarget>();
  readonly #loops = new Map<number, Promise<void>>();
  readonly #stopped = new AbortController();

  constructor(options: FetcherOptions) {
    this.#options = options;
  }

  add(target: FetchTarget): void {
    this.#targets.add(target);
    this.wake();
  }

  /** Nothing is delivered to it any more. */
  remove(target: FetchTarget): void {
    this.#targets.delete(target);
  }

  /** Some target may be ready that was not before. */
  wake(): void {
    if (this.#stopped.signal.aborted) return;
    for (const target of this.#targets) {
      const leader = this.#leaderOf(target);
      if (target.isPaused || this.#loops.has(leader)) continue;
      const loop = this.#loop(leader).finally(() => {
        this.#loops.delete(leader);
        // What became ready while this loop was ending found it still there.
        if (this.#ready(leader).length > 0) this.wake();
      });
      this.#loops.set(leader, loop);
    }
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#targets.clear();
    await Promise.all(this.#loops.values());
  }

  #leaderOf(target: TopicPartition): number {
    return this.#options.directory.leader(target.topic, target.partition);
  }

  #ready(leader: number): FetchTarget[] {
    return [...this.#targets].filter((target) => !target.isPaused && this.#leaderOf(target) === leader);
  }

  /** Ends when nothing that this broker leads is wanted. */
  async #loop(leader: number): Promise<void> {
    const { clock } = this.#options;
    for (let failures = 0; !this.#stopped.signal.aborted;) {
      const targets = this.#ready(leader);
      if (targets.length === 0) return;
      const askedAtMs = clock.monotonic();
      try {
        await this.#fetch(leader, targets);
        failures = 0;
        const earlyMs = askedAtMs + FETCH_EVERY_MS - clock.monotonic();
        if (earlyMs > 0) await clock.sleep(earlyMs, this.#stopped.signal);
      } catch (error) {
        if (this.#stopped.signal.aborted) return;
        if (passes(error)) await this.#recover(++failures, error);
        else for (const target of targets) this.#fail(target, toVitalwireError(error, 'fetch'));
      }
      if (failures > 0) this.wake();
    }
  }

  async #fetch(leader: number, targets: readonly FetchTarget[]): Promise<void> {
    if (leader === NO_LEADER) {
      throw new VitalwireError('unavailable', 'Kafka: no broker leads the partition', { retriable: true });
    }
    const broker = await this.#options.cluster.broker(leader);
    const parts = targets.map(({ topic, partition, position }) => ({ topic, partition, offset: position }));
    const answers = await sendRaw(broker, fetchRequest(parts, LIMITS));
    let toPass: unknown;
    for (const answer of answers) {
      const at = parts.findIndex(
        (part) => part.partition === answer.partition && part.topic === answer.topic,
      );
      const target = targets[at];
      if (!target || !this.#targets.has(target)) continue;
      const error = protocolError(answer.errorCode);
      if (error === undefined) this.#take(target, answer);
      else if (kafkaErrorType(error) === 'OFFSET_OUT_OF_RANGE') await this.#toFirst(target);
      else if (passes(error) || kafkaErrorType(error) === 'FENCED_LEADER_EPOCH') toPass = error;
      else this.#fail(target, toVitalwireError(error, `fetch from ${target.topic}`));
    }
    if (toPass !== undefined) throw toPass;
  }

  #take(target: FetchTarget, answer: FetchAnswer): void {
    try {
      const { records, nextOffset } = readRecords(
        answer.recordSet,
        target.topic,
        target.partition,
        target.position,
      );
      if (nextOffset === target.position) return target.foundNothing(answer.highWatermark);
      target.position = nextOffset;
      target.deliver(records, nextOffset, answer.highWatermark);
    } catch (error) {
      this.#fail(target, error);
    }
  }

  async #toFirst(target: FetchTarget): Promise<void> {
    const { cluster, directory, logger } = this.#options;
    const first = await listOffset(cluster, directory, target, EARLIEST);
    logger.warn(
      { topic: target.topic, partition: target.partition, wanted: target.position, first },
      'the offset is not retained; reading from the first that is',
    );
    target.position = first;
  }

  #fail(target: FetchTarget, error: unknown): void {
    this.#targets.delete(target);
    target.fail(error);
  }

  async #recover(failures: number, error: unknown): Promise<void> {
    const { clock, logger, metrics, directory } = this.#options;
    metrics.retries.inc({ operation: 'fetch' });
    logger[failures % 30 === 3 ? 'warn' : 'debug']({ reason: messageOf(error) }, 'fetch goes on trying');
    const pauseMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
    await clock.sleep(pauseMs, this.#stopped.signal);
    try {
      await directory.refresh();
    } catch (unreachable) {
      logger.debug({ reason: messageOf(unreachable) }, 'no metadata');
    }
  }
}
