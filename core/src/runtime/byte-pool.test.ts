import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BytePool } from './byte-pool.ts';

it('keeps what it was given, whatever becomes of that and of its other copies', () => {
  const sizes = fc.array(fc.oneof(fc.nat(300), fc.nat(3_000)), { maxLength: 100 });
  fc.assert(
    fc.property(sizes, (lengths) => {
      const pool = new BytePool();
      const given = new Uint8Array(3_000);
      const copies = lengths.map((length, i) => {
        given.fill(i);
        return pool.copy(given.subarray(0, length));
      });
      given.fill(255);
      for (const [i, copy] of copies.entries()) {
        expect(copy.length).toBe(lengths[i]);
        expect(copy.every((byte) => byte === i)).toBe(true);
      }
    }),
  );
});

it('shares its memory with nobody else', () => {
  const [one, other] = [new BytePool(), new BytePool()];
  const first = one.copy(Uint8Array.of(1));
  const foreign = [other.copy(Uint8Array.of(2)), Buffer.from([3])];
  expect(one.copy(Uint8Array.of(4)).buffer).toBe(first.buffer);
  for (const { buffer } of foreign) expect(buffer).not.toBe(first.buffer);
});
