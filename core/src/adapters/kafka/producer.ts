import type { NewRecord } from '../../ports/event-log.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { partitionOf } from '../../runtime/topics.ts';
import { Cluster, type ClusterOptions } from './cluster.ts';
import type { KafkaMetrics } from './metrics.ts';
import { persist, persistAWhile } from './persist.ts';
import { PartitionQueue, type AppendCall, type PendingBatch } from './partition-queue.ts';
import { ProduceLane } from './produce-lane.ts';
import { TopicDirectory } from './topic-directory.ts';
import { recordSizeMax, type ProducerIdentity } from './wire/batch-builder.ts';

export interface ProducerLimits {
  /** Connections a broker, each with one request on its way. */
  readonly lanes: number;
  /** Least time between two requests of a lane to one broker. */
  readonly lingerMs: number;
  /** The same while a request carries `busyRecords` or more: a broker's work is in batches more than in records. */
  readonly busyLingerMs: number;
  readonly busyRecords: number;
  readonly bufferBytesMax: number;
  readonly batchBytesMax: number;
  readonly requestBytesMax: number;
  readonly recordBytesMax: number;
  readonly closeMsMax: number;
}

export const DEFAULT_LIMITS: ProducerLimits = {
  lanes: 2,
  lingerMs: 2,
  busyLingerMs: 8,
  busyRecords: 64,
  bufferBytesMax: 64 * 1024 * 1024,
  batchBytesMax: 512 * 1024,
  requestBytesMax: 4 * 1024 * 1024,
  recordBytesMax: 1_000_000,
  closeMsMax: 10_000,
};

export interface ProducerOptions {
  readonly cluster: ClusterOptions;
  readonly limits: ProducerLimits;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: KafkaMetrics;
}

interface Appending {
  readonly records: readonly NewRecord[];
  readonly partition: number | undefined;
  readonly call: AppendCall;
}

/** Idempotent, acks=all, records of a key in order; goes on trying while brokers are away, within a bounded buffer. */
export class Producer {
  readonly #options: ProducerOptions;
  readonly #clusters: readonly Cluster[];
  readonly #directory: TopicDirectory;
  readonly #lanes: readonly ProduceLane[];
  readonly #queues = new Map<string, PartitionQueue[]>();
  readonly #stopped = new AbortController();
  /** Appends to topics that are still being asked for, and all that came after them. */
  #deferred: Appending[] = [];
  #identity: ProducerIdentity;
  #renewing: Promise<ProducerIdentity> | undefined;
  #bufferedBytes = 0;
  #closing: Promise<void> | undefined;
  #drained: (() => void) | undefined;

  private constructor(
    options: ProducerOptions,
    clusters: readonly Cluster[],
    directory: TopicDirectory,
    identity: ProducerIdentity,
  ) {
    this.#options = options;
    this.#clusters = clusters;
    this.#directory = directory;
    this.#identity = identity;
    this.#lanes = clusters.map(
      (cluster) =>
        new ProduceLane({
          ...options,
          ...options.limits,
          cluster,
          directory,
          newIdentity: (lost) => this.#newIdentity(lost),
          settled: (batch, error) => this.#settled(batch, error),
        }),
    );
  }

  /** @throws what the cluster throws when no broker answers */
  static async open(options: ProducerOptions, topics: readonly string[]): Promise<Producer> {
    const clusters = Array.from({ length: options.limits.lanes }, () => new Cluster(options.cluster));
    const directory = new TopicDirectory(clusters[0]!);
    try {
      await persistAWhile(options, 'metadata', () => directory.load(topics));
      // A broker's address is learnt with its metadata; each lane's cluster needs it for itself.
      await Promise.all(clusters.slice(1).map((cluster) => cluster.topics([])));
      const identity = await persistAWhile(options, 'init_producer', () => initialise(clusters[0]!));
      return new Producer(options, clusters, directory, identity);
    } catch (error) {
      await Promise.all(clusters.map((cluster) => cluster.close()));
      throw error;
    }
  }

  /** To the partition given, or where that is undefined to the one each key names. */
  append(records: readonly NewRecord[], partition: number | undefined): Promise<void> {
    if (this.#closing) return Promise.reject(closed());
    if (records.length === 0) return Promise.resolve();
    const { limits, metrics } = this.#options;
    let bytes = 0;
    let known = this.#deferred.length === 0;
    let topic: string | undefined;
    for (const record of records) {
      const size = recordSizeMax(record);
      if (size > limits.recordBytesMax) {
        const reason = `a record for ${record.topic} may take ${size} bytes, more than ${limits.recordBytesMax}`;
        return Promise.reject(new VitalwireError('rejected', `Kafka: ${reason}`, { retriable: false }));
      }
      bytes += size;
      if (record.topic === topic) continue;
      topic = record.topic;
      known &&= this.#directory.partitions(topic) > 0;
    }
    if (this.#bufferedBytes + bytes > limits.bufferBytesMax && this.#bufferedBytes > 0) {
      metrics.overloaded.inc();
      const reason = 'Kafka: the buffer of records to append is full';
      return Promise.reject(new VitalwireError('overloaded', reason, { retriable: true }));
    }
    this.#buffer(bytes);
    return new Promise((resolve, reject) => {
      const call: AppendCall = { remaining: records.length, resolve, reject };
      if (known) this.#enqueue({ records, partition, call });
      else this.#defer({ records, partition, call });
    });
  }

  /** Sends what was accepted, for as long as `closeMsMax`; what is left then is rejected with `closed`. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { clock, limits } = this.#options;
    if (this.#bufferedBytes > 0) {
      const drained = new Promise<void>((resolve) => (this.#drained = resolve));
      await Promise.race([drained, clock.sleep(limits.closeMsMax)]);
    }
    this.#stopped.abort();
    for (const lane of this.#lanes) lane.stop();
    for (const queue of [...this.#queues.values()].flat()) {
      for (const batch of queue.drain()) this.#settled(batch, closed());
    }
    for (const { call } of this.#deferred.splice(0)) call.reject(closed());
    await Promise.all(this.#clusters.map((cluster) => cluster.close()));
  }

  #enqueue({ records, partition, call }: Appending): void {
    let topic: string | undefined;
    let queues: readonly PartitionQueue[] = [];
    for (const record of records) {
      if (record.topic !== topic) {
        topic = record.topic;
        queues = this.#queues.get(topic) ?? this.#makeQueues(topic);
      }
      const queue = queues[partition ?? partitionOf(record.key, queues.length)]!;
      queue.add(record, recordSizeMax(record), call);
      this.#laneOf(queue).offer(queue);
    }
  }

  /**
   * While there is little to send one lane sends it all: what a request costs a broker hangs little on what is in it. Under load they share the
   * partitions. A partition has one batch on its way whichever lane it goes by, so it may change lanes.
   */
  #laneOf(queue: PartitionQueue): ProduceLane {
    const records = this.#lanes.reduce((sum, lane) => sum + lane.lastRecords, 0);
    const isBusy = records >= this.#options.limits.busyRecords;
    return this.#lanes[isBusy ? queue.partition % this.#lanes.length : 0]!;
  }

  #makeQueues(topic: string): PartitionQueue[] {
    const count = this.#directory.partitions(topic);
    const queues = Array.from(
      { length: count },
      (_, partition) =>
        new PartitionQueue(topic, partition, this.#identity, this.#options.limits.batchBytesMax),
    );
    this.#queues.set(topic, queues);
    return queues;
  }

  #defer(deferred: Appending): void {
    this.#deferred.push(deferred);
    if (this.#deferred.length === 1) void this.#resolveDeferred();
  }

  async #resolveDeferred(): Promise<void> {
    while (this.#deferred.length > 0) {
      const appending = this.#deferred[0]!;
      const { records, call } = appending;
      const unknown = [...new Set(records.map((record) => record.topic))].filter(
        (topic) => this.#directory.partitions(topic) === 0,
      );
      let missing: readonly string[] = [];
      if (unknown.length > 0) {
        try {
          missing = await persist(this.#options, 'metadata', this.#stopped.signal, () =>
            this.#directory.load(unknown),
          );
        } catch (error) {
          this.#deferred.shift();
          call.reject(error);
          continue;
        }
      }
      this.#deferred.shift();
      if (missing.length === 0) this.#enqueue(appending);
      else {
        this.#buffer(-records.reduce((sum, record) => sum + recordSizeMax(record), 0));
        const reason = `Kafka: topic ${missing.join(', ')} does not exist`;
        call.reject(new VitalwireError('rejected', reason, { retriable: false }));
      }
    }
  }

  #settled(batch: PendingBatch, error: unknown): void {
    this.#buffer(-batch.sizeMax);
    for (const { call, count } of batch.calls) {
      if (error !== undefined) call.reject(error);
      else if ((call.remaining -= count) === 0) call.resolve();
    }
  }

  #buffer(bytes: number): void {
    this.#bufferedBytes += bytes;
    this.#options.metrics.bufferedBytes.set(this.#bufferedBytes);
    if (this.#bufferedBytes === 0) this.#drained?.();
  }

  #newIdentity(lost: ProducerIdentity): Promise<ProducerIdentity> {
    if (lost !== this.#identity) return Promise.resolve(this.#identity);
    this.#renewing ??= persist(this.#options, 'init_producer', this.#stopped.signal, () =>
      initialise(this.#clusters[0]!),
    )
      .then((identity) => (this.#identity = identity))
      .finally(() => (this.#renewing = undefined));
    return this.#renewing;
  }
}

async function initialise(cluster: Cluster): Promise<ProducerIdentity> {
  const broker = await cluster.anyBroker();
  const answer = await broker.initProducerId({ transactionalId: null, transactionTimeout: 60_000 });
  return { id: BigInt(answer.producerId), epoch: answer.producerEpoch };
}

const closed = (): VitalwireError =>
  new VitalwireError('closed', 'Kafka: the event log is closed', { retriable: false });
