import { messageOf, VitalwireError } from '../../runtime/errors.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Cluster } from './cluster.ts';
import { passes, toVitalwireError, kafkaErrorType } from './errors.ts';
import { protocolError, sendRaw } from './kafkajs-internals.ts';
import type { KafkaMetrics } from './metrics.ts';
import type { PartitionQueue, PendingBatch } from './partition-queue.ts';
import type { TopicDirectory } from './topic-directory.ts';
import type { ProducerIdentity } from './wire/batch-builder.ts';
import { produceRequest } from './wire/produce.ts';

/** The brokers and this producer do not agree on what was sent before. */
const IDENTITY_LOST = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
  'PRODUCER_FENCED',
]);
const TOO_LARGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);
const ALREADY_THERE = 'DUPLICATE_SEQUENCE_NUMBER';
const UNKNOWN_TOPIC = 'UNKNOWN_TOPIC_OR_PARTITION';

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;
const NO_LEADER = -1;

export interface LaneOptions {
  readonly cluster: Cluster;
  readonly directory: TopicDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: KafkaMetrics;
  readonly lingerMs: number;
  /** While requests carry at least `busyRecords`, one every so long. */
  readonly busyLingerMs: number;
  readonly busyRecords: number;
  readonly requestBytesMax: number;
  /** An identity other than `lost`. Goes on trying. */
  newIdentity(lost: ProducerIdentity): Promise<ProducerIdentity>;
  /** `error` undefined: the batch is durable. */
  settled(batch: PendingBatch, error: unknown): void;
}

interface Sending {
  readonly queue: PartitionQueue;
  readonly batch: PendingBatch;
  readonly bytes: Buffer;
}

/**
 * Sends what waits for the partitions it is offered, over connections of its own: at most one request to a broker at a time, and one every
 * `lingerMs`. A broker answers the requests of a connection one after another, so more would only wait there; meanwhile the batches grow.
 * Under load they are let grow for longer.
 */
export class ProduceLane {
  readonly #options: LaneOptions;
  readonly #ready = new Set<PartitionQueue>();
  /** Brokers with a request on its way, or that are left alone for a while after a failure. */
  readonly #busy = new Set<number>();
  readonly #failures = new Map<number, number>();
  #scheduled = false;
  #lastFlushMs = -Infinity;
  #lastRecords = 0;
  #stopped = new AbortController();

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** How many records its last request carried. */
  get lastRecords(): number {
    return this.#lastRecords;
  }

  /** Something waits in `queue`. Another lane may be offered it as well: whichever comes to it first sends it. */
  offer(queue: PartitionQueue): void {
    if (queue.onItsWay) return;
    this.#ready.add(queue);
    this.#schedule();
  }

  stop(): void {
    this.#stopped.abort();
  }

  #schedule(): void {
    if (this.#scheduled || this.#stopped.signal.aborted) return;
    this.#scheduled = true;
    const { clock, lingerMs, busyLingerMs, busyRecords } = this.#options;
    const betweenMs = this.#lastRecords < busyRecords ? lingerMs : busyLingerMs;
    const waitMs = this.#lastFlushMs + betweenMs - clock.monotonic();
    const flush = (): void => {
      this.#scheduled = false;
      this.#flush();
    };
    if (waitMs > 0) clock.after(waitMs, flush);
    // After the callbacks that are ready now: what they append goes with it.
    else setImmediate(flush);
  }

  #flush(): void {
    if (this.#stopped.signal.aborted) return;
    const { directory, clock, requestBytesMax } = this.#options;
    const byLeader = new Map<number, Sending[]>();
    const bytesTo = new Map<number, number>();
    let records = 0;
    for (const queue of this.#ready) {
      // Another lane has it, and goes on with it.
      if (queue.onItsWay || queue.isEmpty) {
        this.#ready.delete(queue);
        continue;
      }
      const leader = directory.leader(queue.topic, queue.partition);
      const bytes = bytesTo.get(leader) ?? 0;
      if (this.#busy.has(leader) || bytes > requestBytesMax) continue;
      this.#ready.delete(queue);
      const sending = { queue, ...queue.take() };
      bytesTo.set(leader, bytes + sending.bytes.length);
      records += sending.batch.builder.count;
      const others = byLeader.get(leader);
      if (others) others.push(sending);
      else byLeader.set(leader, [sending]);
    }
    if (byLeader.size > 0) {
      this.#lastFlushMs = clock.monotonic();
      this.#lastRecords = records;
    }
    for (const [leader, sendings] of byLeader) {
      this.#busy.add(leader);
      void this.#send(leader, sendings);
    }
  }

  async #send(leader: number, sendings: readonly Sending[]): Promise<void> {
    let toPass: unknown;
    try {
      toPass = await this.#request(leader, sendings);
    } catch (error) {
      for (const sending of sendings) if (await this.#failed(sending, error)) toPass = error;
    }
    if (toPass === undefined) this.#failures.delete(leader);
    else await this.#recover(leader, toPass);
    this.#busy.delete(leader);
    for (const { queue } of sendings) {
      queue.onItsWay = false;
      if (!queue.isEmpty) this.#ready.add(queue);
    }
    if (this.#ready.size > 0) this.#schedule();
  }

  /** Resolves to what must pass before this broker is asked again, if anything. */
  async #request(leader: number, sendings: readonly Sending[]): Promise<unknown> {
    if (leader === NO_LEADER) throw away('no broker leads the partition');
    const { cluster, clock, metrics } = this.#options;
    const broker = await cluster.broker(leader);
    const parts = sendings.map(({ queue: { topic, partition }, bytes }) => ({
      topic,
      partition,
      batch: bytes,
    }));
    const sentMs = clock.monotonic();
    const answers = await sendRaw(broker, produceRequest(parts));
    metrics.produceSeconds.observe((clock.monotonic() - sentMs) / 1000);
    let toPass: unknown;
    for (const sending of sendings) {
      const { topic, partition } = sending.queue;
      const answer = answers.find((part) => part.partition === partition && part.topic === topic);
      const error = answer ? protocolError(answer.errorCode) : away('the broker left a partition out');
      if (error === undefined) this.#settle(sending, undefined);
      else if (await this.#failed(sending, error)) toPass = error;
    }
    return toPass;
  }

  /** Whether the batch was put back to be sent again, after a pause. */
  async #failed(sending: Sending, error: unknown): Promise<boolean> {
    const { queue, batch } = sending;
    const type = kafkaErrorType(error) ?? '';
    if (type === ALREADY_THERE) {
      this.#settle(sending, undefined);
      return false;
    }
    const lost = IDENTITY_LOST.has(type);
    if (!lost && passes(error) && !(type === UNKNOWN_TOPIC && (await this.#isGone(queue)))) {
      queue.putBack(batch);
      return true;
    }
    try {
      // Whether an earlier attempt reached the broker is unknown: reusing its sequence numbers could hide the next batch as a repeat.
      queue.renew(await this.#options.newIdentity(queue.identity));
    } catch (closed) {
      this.#settle(sending, closed);
      return false;
    }
    batch.stamp = undefined;
    if (lost) queue.putBack(batch);
    else if (TOO_LARGE.has(type) && batch.builder.count > 1) queue.putBackHalves(batch);
    else this.#settle(sending, toVitalwireError(error, `append to ${queue.topic}`));
    this.#options.logger.warn(
      { topic: queue.topic, partition: queue.partition, reason: messageOf(error) },
      'a batch was refused; going on under a new producer id',
    );
    return false;
  }

  /** A topic that was just made, or whose leader moves, is unknown to a broker for a moment; one that nobody knows is gone. */
  async #isGone(queue: PartitionQueue): Promise<boolean> {
    const { directory } = this.#options;
    try {
      await directory.refresh();
    } catch {
      return false;
    }
    return directory.partitions(queue.topic) <= queue.partition;
  }

  #settle({ batch, queue }: Sending, error: unknown): void {
    const { metrics } = this.#options;
    if (error === undefined) metrics.appended.inc({ topic: queue.topic }, batch.builder.count);
    this.#options.settled(batch, error);
  }

  async #recover(leader: number, failure: unknown): Promise<void> {
    const { clock, logger, metrics, directory } = this.#options;
    const attempt = (this.#failures.get(leader) ?? 0) + 1;
    this.#failures.set(leader, attempt);
    metrics.retries.inc({ operation: 'produce' });
    const pauseMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1));
    // The first failures are what a moving leader looks like.
    const level = attempt === 3 || attempt % 30 === 0 ? 'warn' : 'debug';
    logger[level]({ broker_id: leader, attempt, reason: messageOf(failure) }, 'append goes on trying');
    await clock.sleep(pauseMs, this.#stopped.signal);
    try {
      await directory.refresh();
    } catch (error) {
      logger.debug({ reason: messageOf(error) }, 'no metadata');
    }
  }
}

const away = (reason: string): VitalwireError =>
  new VitalwireError('unavailable', `Kafka: ${reason}`, { retriable: true });
