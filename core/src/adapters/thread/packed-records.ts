import type { LogRecord, NewRecord } from '../../ports/event-log.ts';

/**
 * Records on their way from one thread to another: column by column, all values in one buffer. Cloned as they are, each would be copied with
 * the names of its fields, and each value with the whole buffer that it is a part of.
 */
export interface PackedRecords {
  /** Each topic and each set of headers once; `topicOf` and `headersOf` say which are a record's. */
  readonly topics: readonly string[];
  readonly headers: readonly Readonly<Record<string, string>>[];
  readonly topicOf: readonly number[];
  readonly headersOf: readonly number[];
  readonly keys: readonly string[];
  readonly timestampsMs: readonly number[];
  /** Of each value in `values`, one behind the other; DELETED where there is none. */
  readonly lengths: readonly number[];
  readonly values: Uint8Array<ArrayBuffer>;
}

const DELETED = -1;
const FIRST_BYTES = 4 * 1024;

/** Gathers records. What is added is copied: the caller may use its buffers again. */
export class RecordPacker {
  readonly #topics = new Map<string, number>();
  readonly #headers = new Map<Readonly<Record<string, string>>, number>();
  readonly #topicOf: number[] = [];
  readonly #headersOf: number[] = [];
  readonly #keys: string[] = [];
  readonly #timestampsMs: number[] = [];
  readonly #lengths: number[] = [];
  #values = new Uint8Array(FIRST_BYTES);
  #bytes = 0;

  add(record: NewRecord): void {
    this.#topicOf.push(indexIn(this.#topics, record.topic));
    this.#headersOf.push(indexIn(this.#headers, record.headers));
    this.#keys.push(record.key);
    this.#timestampsMs.push(record.timestampMs);
    this.#lengths.push(record.value?.length ?? DELETED);
    if (record.value) this.#addValue(record.value);
  }

  /** All of them; `values` may be transferred. The packer is not used again. */
  packed(): PackedRecords {
    return {
      topics: [...this.#topics.keys()],
      headers: [...this.#headers.keys()],
      topicOf: this.#topicOf,
      headersOf: this.#headersOf,
      keys: this.#keys,
      timestampsMs: this.#timestampsMs,
      lengths: this.#lengths,
      values: this.#values.subarray(0, this.#bytes),
    };
  }

  #addValue(value: Uint8Array): void {
    const end = this.#bytes + value.length;
    if (end > this.#values.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#values.length));
      larger.set(this.#values.subarray(0, this.#bytes));
      this.#values = larger;
    }
    this.#values.set(value, this.#bytes);
    this.#bytes = end;
  }
}

export function packRecords(records: readonly NewRecord[]): PackedRecords {
  const packer = new RecordPacker();
  for (const record of records) packer.add(record);
  return packer.packed();
}

/** The records again. Their values are parts of `packed.values`. */
export function unpackRecords(packed: PackedRecords): NewRecord[] {
  let end = 0;
  return packed.keys.map((key, i) => {
    const length = packed.lengths[i] as number;
    const from = end;
    end += Math.max(0, length);
    return {
      topic: packed.topics[packed.topicOf[i] as number] as string,
      key,
      value: length === DELETED ? null : packed.values.subarray(from, end),
      headers: packed.headers[packed.headersOf[i] as number] as Readonly<Record<string, string>>,
      timestampMs: packed.timestampsMs[i] as number,
    };
  });
}

/** Where records stand in the log, beside the records themselves. */
export interface PackedLogRecords {
  readonly records: PackedRecords;
  readonly partitions: readonly number[];
  readonly offsets: readonly number[];
}

export const packLogRecords = (records: readonly LogRecord[]): PackedLogRecords => ({
  records: packRecords(records),
  partitions: records.map(({ partition }) => partition),
  offsets: records.map(({ offset }) => offset),
});

export const unpackLogRecords = ({ records, partitions, offsets }: PackedLogRecords): LogRecord[] =>
  unpackRecords(records).map((record, i) => ({
    ...record,
    partition: partitions[i] as number,
    offset: offsets[i] as number,
  }));

function indexIn<T>(table: Map<T, number>, item: T): number {
  let index = table.get(item);
  if (index === undefined) table.set(item, (index = table.size));
  return index;
}
