import type { NewRecord } from '../../../ports/event-log.ts';
import { BATCH, BATCH_LENGTH_BASE, MAGIC } from './record-batch.ts';
import { crc32c } from './crc32c.ts';

/** Of a batch about which nothing is known. */
export const FIRST_BATCH_SIZE = 2_048;
/** Length, attributes, timestamp, offset, key and value lengths, at their longest. */
const RECORD_OVERHEAD = 5 + 1 + 10 + 5 + 5 + 5;

/** Who produces, as the brokers know it: they drop what arrives twice under one (producer, epoch, partition, sequence). */
export interface ProducerIdentity {
  readonly id: bigint;
  readonly epoch: number;
}

/** At most so many bytes this record takes in a batch. */
export function recordSizeMax(record: NewRecord): number {
  return (
    RECORD_OVERHEAD +
    record.key.length * 3 +
    (record.value?.length ?? 0) +
    encodedHeaders(record.headers).length
  );
}

/** Writes records into a record batch as they come, so that none is kept as an object while it waits. */
export class BatchBuilder {
  #bytes: Buffer;
  #end: number = BATCH.records;
  #count = 0;
  #firstTimestampMs = 0;
  #maxTimestampMs = 0;

  /** It grows beyond `size` where it must. */
  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  get count(): number {
    return this.#count;
  }

  get size(): number {
    return this.#end;
  }

  /** `sizeMax` is the record's `recordSizeMax`. */
  add(record: NewRecord, sizeMax: number): void {
    this.#reserve(sizeMax);
    if (this.#count === 0) {
      this.#firstTimestampMs = record.timestampMs;
      this.#maxTimestampMs = record.timestampMs;
    } else if (record.timestampMs > this.#maxTimestampMs) this.#maxTimestampMs = record.timestampMs;
    const headers = encodedHeaders(record.headers);
    const keyLength = byteLength(record.key);
    const timestampDelta = record.timestampMs - this.#firstTimestampMs;
    const valueLength = record.value === null ? -1 : record.value.length;
    const bodySize =
      1 +
      varintSize(timestampDelta) +
      varintSize(this.#count) +
      varintSize(keyLength) +
      keyLength +
      varintSize(valueLength) +
      Math.max(0, valueLength) +
      headers.length;
    this.#varint(bodySize);
    this.#bytes[this.#end++] = 0;
    this.#varint(timestampDelta);
    this.#varint(this.#count);
    this.#varint(keyLength);
    this.#write(record.key, keyLength);
    this.#varint(valueLength);
    if (record.value !== null) {
      this.#bytes.set(record.value, this.#end);
      this.#end += valueLength;
    }
    for (let i = 0; i < headers.length; i++) this.#bytes[this.#end++] = headers[i]!;
    this.#count++;
  }

  /** The batch under this identity and first sequence number; may be asked for again under another. */
  finish(identity: ProducerIdentity, baseSequence: number): Buffer {
    const bytes = this.#bytes.subarray(0, this.#end);
    bytes.writeBigInt64BE(0n, BATCH.baseOffset);
    bytes.writeInt32BE(this.#end - BATCH_LENGTH_BASE, BATCH.length);
    bytes.writeInt32BE(-1, BATCH.partitionLeaderEpoch);
    bytes.writeInt8(MAGIC, BATCH.magic);
    bytes.writeInt16BE(0, BATCH.attributes);
    bytes.writeInt32BE(this.#count - 1, BATCH.lastOffsetDelta);
    bytes.writeBigInt64BE(BigInt(this.#firstTimestampMs), BATCH.baseTimestamp);
    bytes.writeBigInt64BE(BigInt(this.#maxTimestampMs), BATCH.maxTimestamp);
    bytes.writeBigInt64BE(identity.id, BATCH.producerId);
    bytes.writeInt16BE(identity.epoch, BATCH.producerEpoch);
    bytes.writeInt32BE(baseSequence, BATCH.baseSequence);
    bytes.writeInt32BE(this.#count, BATCH.count);
    bytes.writeUInt32BE(crc32c(bytes, BATCH.attributes, this.#end), BATCH.crc);
    return bytes;
  }

  #reserve(more: number): void {
    const needed = this.#end + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }

  #write(text: string, length: number): void {
    if (length === text.length) {
      // ASCII, as ids are: a call into native code costs more than the few characters.
      for (let i = 0; i < length; i++) this.#bytes[this.#end++] = text.charCodeAt(i);
    } else this.#end += this.#bytes.write(text, this.#end);
  }

  /** Zigzag; safe integers, not only 32 bits, because a timestamp's delta may be longer. */
  #varint(value: number): void {
    let rest = value >= 0 ? value * 2 : -value * 2 - 1;
    while (rest > 0x7f) {
      this.#bytes[this.#end++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#end++] = rest;
  }
}

function varintSize(value: number): number {
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  let size = 1;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) size++;
  return size;
}

const NO_HEADERS = Buffer.from([0]);
const knownHeaders = new WeakMap<NewRecord['headers'], Buffer>();

/** Their count, then each with its lengths. What nearly every record carries is one frozen object, and encoded once. */
function encodedHeaders(headers: NewRecord['headers']): Buffer {
  const known = knownHeaders.get(headers);
  if (known !== undefined) return known;
  const encoded = encodeHeaders(Object.entries(headers));
  if (Object.isFrozen(headers)) knownHeaders.set(headers, encoded);
  return encoded;
}

function encodeHeaders(entries: readonly (readonly [string, string])[]): Buffer {
  if (entries.length === 0) return NO_HEADERS;
  const texts = entries.flat().map((text) => Buffer.from(text));
  return Buffer.concat([varint(entries.length), ...texts.flatMap((text) => [varint(text.length), text])]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** In UTF-8. */
function byteLength(text: string): number {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return Buffer.byteLength(text);
  return text.length;
}
