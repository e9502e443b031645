import type { NewRecord } from '../../ports/event-log.ts';
import {
  BatchBuilder,
  FIRST_BATCH_SIZE,
  recordSizeMax,
  type ProducerIdentity,
} from './wire/batch-builder.ts';
import { readRecords } from './wire/batch-reader.ts';

/** A call of `append`, waiting for its records. */
export interface AppendCall {
  remaining: number;
  readonly resolve: () => void;
  /** Only the first outcome counts. */
  readonly reject: (error: unknown) => void;
}

/** Records of one partition that are sent together. */
export class PendingBatch {
  readonly builder: BatchBuilder;
  /** Whose its records are, in their order. */
  readonly calls: { readonly call: AppendCall; count: number }[] = [];
  /** What the producer's buffer counts for it. */
  sizeMax = 0;
  /** Set once it may have reached a broker: sent again it must be the same to the broker. */
  stamp: { readonly identity: ProducerIdentity; readonly baseSequence: number } | undefined;

  constructor(size: number = FIRST_BATCH_SIZE) {
    this.builder = new BatchBuilder(size);
  }

  add(record: NewRecord, sizeMax: number, call: AppendCall): void {
    this.builder.add(record, sizeMax);
    const last = this.calls.at(-1);
    if (last?.call === call) last.count++;
    else this.calls.push({ call, count: 1 });
    this.sizeMax += sizeMax;
  }
}

const SEQUENCES = 2 ** 31;

/**
 * What waits for one partition, in order. At most one batch of a partition is on its way at a time, so that nothing overtakes a batch
 * that has to be sent again.
 */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  readonly #batchBytesMax: number;
  readonly #batches: PendingBatch[] = [];
  #identity: ProducerIdentity;
  #nextSequence = 0;
  #expectedBytes = FIRST_BATCH_SIZE;
  /** A batch was taken and is neither settled nor back. */
  onItsWay = false;

  constructor(topic: string, partition: number, identity: ProducerIdentity, batchBytesMax: number) {
    this.topic = topic;
    this.partition = partition;
    this.#identity = identity;
    this.#batchBytesMax = batchBytesMax;
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  get identity(): ProducerIdentity {
    return this.#identity;
  }

  add(record: NewRecord, sizeMax: number, call: AppendCall): void {
    let last = this.#batches.at(-1);
    if (!last || last.stamp || last.builder.size + sizeMax > this.#batchBytesMax) {
      last = new PendingBatch(this.#expectedBytes);
      this.#batches.push(last);
    }
    last.add(record, sizeMax, call);
  }

  /** The next batch to send, stamped. */
  take(): { readonly batch: PendingBatch; readonly bytes: Buffer } {
    const batch = this.#batches.shift()!;
    // The next one is likely of its size: it need not grow to it step by step.
    this.#expectedBytes = Math.max(FIRST_BATCH_SIZE, batch.builder.size);
    this.onItsWay = true;
    if (!batch.stamp) {
      batch.stamp = { identity: this.#identity, baseSequence: this.#nextSequence };
      this.#nextSequence = (this.#nextSequence + batch.builder.count) % SEQUENCES;
    }
    return { batch, bytes: batch.builder.finish(batch.stamp.identity, batch.stamp.baseSequence) };
  }

  /** To be sent again as it is: a broker may have it. */
  putBack(batch: PendingBatch): void {
    this.#batches.unshift(batch);
  }

  /** Counts from 0 under another identity: what the brokers know of the old one no longer agrees with this queue. */
  renew(identity: ProducerIdentity): void {
    this.#identity = identity;
    this.#nextSequence = 0;
  }

  /** Puts a batch back as two halves, because it is too large for the topic. */
  putBackHalves(batch: PendingBatch): void {
    const bytes = batch.builder.finish(this.#identity, 0);
    const { records } = readRecords(bytes, this.topic, this.partition, 0);
    const halves = [new PendingBatch(), new PendingBatch()] as const;
    const calls = batch.calls.flatMap(({ call, count }) => Array<AppendCall>(count).fill(call));
    for (const [i, record] of records.entries()) {
      halves[i < records.length / 2 ? 0 : 1].add(record, recordSizeMax(record), calls[i]!);
    }
    this.#batches.unshift(...halves);
  }

  /** Takes everything out. */
  drain(): readonly PendingBatch[] {
    return this.#batches.splice(0);
  }
}
