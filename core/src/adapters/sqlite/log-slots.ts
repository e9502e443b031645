import type { BytePool } from '../../runtime/byte-pool.ts';
import { partitionOf, type TopicSpec } from '../../runtime/topics.ts';
import type { LogRecord, NewRecord, TopicPartition } from '../../ports/event-log.ts';

/** Offsets of a partition, at most 2^40; slots, at most 2^13: together a row id that a double holds exactly. */
const OFFSETS_PER_SLOT = 2 ** 40;
export const SLOT_MAX = 2 ** 13 - 1;

export const rowId = (slot: number, offset: number): number => slot * OFFSETS_PER_SLOT + offset;
export const offsetOf = (id: number): number => id % OFFSETS_PER_SLOT;
export const lastRowId = (slot: number): number => (slot + 1) * OFFSETS_PER_SLOT - 1;

export interface TopicState {
  readonly spec: TopicSpec;
  readonly partitions: readonly PartitionLog[];
}

/**
 * How much of the end of a partition stays in memory, for consumers that keep up: with twelve partitions twice what ten thousand readings a
 * second bring within the quarter of a second that storage gathers. Each collection moves all that is kept.
 */
const RECENT_RECORDS = 512;
const RECENT_BYTES = 256 * 1024;

/** One partition as this process knows it: its end, its newest records, and who waits for more. */
export class PartitionLog implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  readonly slot: number;
  readonly #values: BytePool;
  /** The next offset to give away; grows when an append is accepted. */
  #allocated: number;
  /** The offset after the last written record: consumers see no further. */
  #next: number;
  #recent: LogRecord[] = [];
  #recentBytes = 0;
  readonly #listeners = new Set<() => void>();

  /** `values`: the memory of the topic's records. */
  constructor(topic: string, partition: number, slot: number, next: number, values: BytePool) {
    this.topic = topic;
    this.partition = partition;
    this.slot = slot;
    this.#values = values;
    this.#allocated = next;
    this.#next = next;
  }

  get next(): number {
    return this.#next;
  }

  allocate(): number {
    return this.#allocated++;
  }

  /** Of a pool: memory of its own for each would cost the collector more than the copy does. */
  copy(value: Uint8Array): Uint8Array {
    return this.#values.copy(value);
  }

  /** Records were written; in offset order. */
  appended(record: LogRecord): void {
    // A hole (an append that failed) would break the lookup by distance from the first.
    if (record.offset !== this.#next) this.forget(record.offset);
    this.#recent.push(record);
    this.#recentBytes += record.value?.length ?? 0;
    if (this.#recent.length > 2 * RECENT_RECORDS || this.#recentBytes > 2 * RECENT_BYTES) this.#trim();
    this.#next = record.offset + 1;
  }

  /** The records from `offset` on, if memory has them. */
  recent(offset: number, maxRecords: number): readonly LogRecord[] | undefined {
    const first = this.#recent[0];
    if (!first || offset < first.offset) return undefined;
    const index = offset - first.offset;
    return this.#recent.slice(index, index + maxRecords);
  }

  /** Records before `offset` are gone. */
  forget(offset: number): void {
    this.#recent = this.#recent.filter((record) => record.offset >= offset);
    this.#recentBytes = this.#recent.reduce((bytes, record) => bytes + (record.value?.length ?? 0), 0);
  }

  /** Calls `listener` whenever records were appended, until the returned function is called. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  wake(): void {
    for (const listener of this.#listeners) listener();
  }

  #trim(): void {
    let bytes = this.#recentBytes;
    let from = Math.max(0, this.#recent.length - RECENT_RECORDS);
    for (let i = 0; i < from; i++) bytes -= this.#recent[i]?.value?.length ?? 0;
    while (bytes > RECENT_BYTES && from < this.#recent.length) {
      bytes -= this.#recent[from++]?.value?.length ?? 0;
    }
    this.#recent = this.#recent.slice(from);
    this.#recentBytes = bytes;
  }
}

export function partitionFor(topic: TopicState, record: NewRecord): PartitionLog {
  return topic.partitions[partitionOf(record.key, topic.partitions.length)] as PartitionLog;
}
