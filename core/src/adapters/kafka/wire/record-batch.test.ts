import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NewRecord } from '../../../ports/event-log.ts';
import { BatchBuilder, recordSizeMax } from './batch-builder.ts';
import { readRecords } from './batch-reader.ts';
import { crc32c } from './crc32c.ts';
import { BATCH } from './record-batch.ts';

const record = fc.record({
  topic: fc.constant('t'),
  key: fc.string({ unit: 'grapheme', maxLength: 40 }),
  value: fc.option(fc.uint8Array({ maxLength: 300 }), { nil: null }),
  headers: fc.dictionary(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 10 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    { maxKeys: 4, noNullPrototype: true },
  ),
  timestampMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
});

function encode(records: readonly NewRecord[]): Buffer {
  const builder = new BatchBuilder(64);
  for (const one of records) builder.add(one, recordSizeMax(one));
  return Buffer.from(builder.finish({ id: 4_000_000_000n, epoch: 3 }, 17));
}

describe('record batches', () => {
  it('come out as they went in', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 40 }), (records) => {
        const bytes = encode(records);
        const { records: found, nextOffset } = readRecords(bytes, 't', 5, 0);
        expect(nextOffset).toBe(records.length);
        expect(found.map((one) => ({ ...one, value: one.value && [...one.value] }))).toEqual(
          records.map((one, offset) => ({
            ...one,
            value: one.value && [...one.value],
            partition: 5,
            offset,
          })),
        );
      }),
    );
  });

  it('keep a header whatever its name', () => {
    const headers = Object.fromEntries([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    const one = { topic: 't', key: 'k', value: null, headers, timestampMs: 1 };
    const [found] = readRecords(encode([one]), 't', 5, 0).records;
    expect(Object.entries(found?.headers ?? {})).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });

  it('never take more room than was reckoned', () => {
    fc.assert(
      fc.property(record, (one) => {
        expect(encode([one]).length - BATCH.records).toBeLessThanOrEqual(recordSizeMax(one));
      }),
    );
  });

  it('may be stamped anew', () => {
    const builder = new BatchBuilder(64);
    const one = { topic: 't', key: 'k', value: Buffer.from('v'), headers: {}, timestampMs: 1 };
    builder.add(one, recordSizeMax(one));
    builder.finish({ id: 1n, epoch: 0 }, 5);
    const bytes = builder.finish({ id: 2n, epoch: 1 }, 9);
    expect(bytes.readBigInt64BE(BATCH.producerId)).toBe(2n);
    expect(bytes.readInt32BE(BATCH.baseSequence)).toBe(9);
    expect(readRecords(bytes, 't', 0, 0).records).toHaveLength(1);
  });

  it('are read from an offset within them, and a cut-off one is left for the next fetch', () => {
    const one = (n: number): NewRecord => ({
      topic: 't',
      key: String(n),
      value: null,
      headers: {},
      timestampMs: 1,
    });
    const first = encode([one(0), one(1), one(2)]);
    const second = encode([one(3), one(4)]);
    second.writeBigInt64BE(3n, 0);
    const { records, nextOffset } = readRecords(Buffer.concat([first, second.subarray(0, -1)]), 't', 0, 1);
    expect(records.map(({ key }) => key)).toEqual(['1', '2']);
    expect(nextOffset).toBe(3);
  });

  it('that compaction emptied, or that hold control records, still move the position on', () => {
    const bytes = encode([{ topic: 't', key: 'k', value: null, headers: {}, timestampMs: 1 }]);
    bytes.writeInt32BE(41, BATCH.lastOffsetDelta);
    bytes.writeInt16BE(0x20, BATCH.attributes);
    bytes.writeUInt32BE(crc32c(bytes, BATCH.attributes, bytes.length), BATCH.crc);
    expect(readRecords(bytes, 't', 0, 0)).toEqual({ records: [], nextOffset: 42 });
  });

  it('that are damaged are refused', () => {
    const bytes = encode([{ topic: 't', key: 'k', value: Buffer.from('v'), headers: {}, timestampMs: 1 }]);
    const last = bytes.length - 3;
    bytes[last] = bytes[last]! ^ 1;
    expect(() => readRecords(bytes, 't', 0, 0)).toThrow(/damaged/);
  });
});

describe('crc32c', () => {
  it('agrees with RFC 3720, B.4', () => {
    const of = (bytes: Uint8Array): number => crc32c(bytes, 0, bytes.length);
    expect(of(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(of(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(of(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(of(Buffer.from('123456789'))).toBe(0xe3069283);
  });
});
