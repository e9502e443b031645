import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeReading, decodeReadingBatch } from '@vitalwire/core/vitals/codec.ts';
import { sliceReadings } from './batch-slices.ts';

/** Field 1 with these bytes: what an encoder makes of one reading. */
const entry = (bytes: Uint8Array): Buffer => {
  const length = [];
  for (let left = bytes.length; ; left >>>= 7) {
    length.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
    if (left <= 0x7f) break;
  }
  return Buffer.from([0x0a, ...length, ...bytes]);
};
/** Fields this version does not know: a varint, a fixed64, bytes and a fixed32. */
const UNKNOWN = [
  Buffer.from([0x50, 0xac, 0x02]),
  Buffer.from([0x51, 1, 2, 3, 4, 5, 6, 7, 8]),
  Buffer.from([0x52, 2, 9, 9]),
  Buffer.from([0x55, 1, 2, 3, 4]),
];

test('gives back exactly the bytes of each reading, unknown fields between them or not', () => {
  const readings = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 });
  fc.assert(
    fc.property(
      readings,
      fc.array(fc.constantFrom(...UNKNOWN), { minLength: 20, maxLength: 20 }),
      (all, others) => {
        const batch = Buffer.concat(all.flatMap((bytes, i) => [entry(bytes), others[i] as Buffer]));
        expect(sliceReadings(batch)?.map((slice) => [...slice])).toEqual(all.map((bytes) => [...bytes]));
      },
    ),
  );
});

test('agrees with the decoder on any bytes: what the decoder takes, sliced or whole, is the same readings', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const slices = sliceReadings(bytes);
      let whole;
      try {
        whole = decodeReadingBatch(bytes);
      } catch {
        return;
      }
      if (slices !== undefined) expect(slices.map(decodeReading)).toEqual(whole);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['a length beyond the end', [0x0a, 5, 1]],
  ['a tag without a value', [0x0a]],
  ['an unknown field cut short', [0x51, 1, 2]],
  ['field number 0', [0x00, 1]],
  ['readings that are numbers', [0x08, 1]],
  ['a varint without an end', Array(12).fill(0xff)],
])('is undefined for %s', (_, bytes) => {
  expect(sliceReadings(Uint8Array.from(bytes as number[]))).toBeUndefined();
});
