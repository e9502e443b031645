import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.ts';

describe('seededRandom', () => {
  const take = (seed: number, n: number): number[] => {
    const random = seededRandom(seed);
    return Array.from({ length: n }, random);
  };

  it('gives the same numbers for a seed, and others for another', () => {
    expect(take(42, 20)).toEqual(take(42, 20));
    expect(take(42, 20)).not.toEqual(take(43, 20));
    // Seeds are written down in failing tests: their numbers must never change.
    expect(take(42, 2)).toEqual([0.6011037519201636, 0.44829055899754167]);
  });

  it('is spread evenly over [0, 1)', () => {
    const buckets = Array.from({ length: 10 }, () => 0);
    for (const x of take(7, 100_000)) {
      expect(x >= 0 && x < 1).toBe(true);
      buckets[Math.floor(x * 10)]! += 1;
    }
    for (const count of buckets) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});
