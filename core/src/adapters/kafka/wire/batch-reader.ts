import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { VitalwireError } from '../../../runtime/errors.ts';
import type { LogRecord } from '../../../ports/event-log.ts';
import { BATCH, BATCH_LENGTH_BASE, CODEC_MASK, CONTROL, LOG_APPEND_TIME, MAGIC } from './record-batch.ts';
import { crc32c } from './crc32c.ts';

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

export interface ReadRecords {
  readonly records: LogRecord[];
  /** Where to read on: past the last whole batch, whether or not compaction left anything in it. */
  readonly nextOffset: number;
}

/**
 * The records from `fromOffset` on in what a fetch brought: whole batches, the last perhaps cut off. Control records (of transactions)
 * are left out; values are views into `bytes`. @throws VitalwireError `rejected` where a batch is damaged or of a format we do not read
 */
export function readRecords(
  bytes: Buffer,
  topic: string,
  partition: number,
  fromOffset: number,
): ReadRecords {
  const records: LogRecord[] = [];
  let nextOffset = fromOffset;
  for (let at = 0; at + BATCH.records <= bytes.length;) {
    const end = at + BATCH_LENGTH_BASE + bytes.readInt32BE(at + BATCH.length);
    if (end > bytes.length) break;
    const unreadable = (reason: string): VitalwireError =>
      new VitalwireError('rejected', `Kafka: ${topic} partition ${partition}: ${reason}`, {
        retriable: false,
      });
    if (bytes[at + BATCH.magic] !== MAGIC) throw unreadable('a batch older than format 2');
    if (crc32c(bytes, at + BATCH.attributes, end) !== bytes.readUInt32BE(at + BATCH.crc)) {
      throw unreadable(`the batch at offset ${int64(bytes, at)} is damaged (CRC)`);
    }
    const attributes = bytes.readInt16BE(at + BATCH.attributes);
    if ((attributes & CONTROL) === 0) {
      const stored = bytes.subarray(at + BATCH.records, end);
      const body = decompress(stored, attributes & CODEC_MASK);
      if (body === undefined) throw unreadable(`compression ${attributes & CODEC_MASK} is not read`);
      readBatch(bytes, at, body, topic, partition, fromOffset, records);
    }
    nextOffset = Math.max(nextOffset, int64(bytes, at) + bytes.readInt32BE(at + BATCH.lastOffsetDelta) + 1);
    at = end;
  }
  return { records, nextOffset };
}

function decompress(body: Buffer, codec: number): Buffer | undefined {
  if (codec === 0) return body;
  if (codec === 1) return gunzipSync(body);
  if (codec === 4) return zstdDecompressSync(body);
  return undefined;
}

function readBatch(
  header: Buffer,
  at: number,
  body: Buffer,
  topic: string,
  partition: number,
  fromOffset: number,
  out: LogRecord[],
): void {
  const baseOffset = int64(header, at + BATCH.baseOffset);
  const baseTimestampMs = int64(header, at + BATCH.baseTimestamp);
  const appendTimeMs =
    (header.readInt16BE(at + BATCH.attributes) & LOG_APPEND_TIME) === 0
      ? undefined
      : int64(header, at + BATCH.maxTimestamp);
  const cursor = new Cursor(body);
  for (let left = header.readInt32BE(at + BATCH.count); left > 0; left--) {
    const length = cursor.varint();
    const end = cursor.at + length;
    cursor.at++;
    const timestampMs = baseTimestampMs + cursor.varint();
    const offset = baseOffset + cursor.varint();
    if (offset >= fromOffset) {
      const key = cursor.text() ?? '';
      const value = cursor.bytes();
      const headers = readHeaders(cursor);
      out.push({
        topic,
        key,
        value,
        headers,
        timestampMs: appendTimeMs ?? timestampMs,
        partition,
        offset,
      });
    }
    cursor.at = end;
  }
}

function readHeaders(cursor: Cursor): Readonly<Record<string, string>> {
  const count = cursor.varint();
  if (count === 0) return NO_HEADERS;
  const headers: [string, string][] = [];
  for (let i = 0; i < count; i++) headers.push([cursor.text() ?? '', cursor.text() ?? '']);
  // Not by assignment, which would take `__proto__` for the prototype.
  return Object.fromEntries(headers);
}

class Cursor {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Zigzag. */
  varint(): number {
    let byte = this.#bytes[this.at++]!;
    let value = byte & 0x7f;
    for (let scale = 128; byte > 0x7f; scale *= 128) {
      byte = this.#bytes[this.at++]!;
      value += (byte & 0x7f) * scale;
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  bytes(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const start = this.at;
    this.at += length;
    return this.#bytes.subarray(start, this.at);
  }

  text(): string | null {
    const length = this.varint();
    if (length < 0) return null;
    const start = this.at;
    this.at += length;
    return this.#bytes.toString('utf8', start, this.at);
  }
}

/** Kafka's offsets and times stay below 2^53. */
export function int64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4);
}
