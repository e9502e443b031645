import { expect, it } from 'vitest';
import { createRandom } from '../signals/random.ts';
import { SequenceRanges } from './sequence-ranges.ts';

it('is one run in order, however long, and holds holes until they are filled', () => {
  const ranges = new SequenceRanges();
  for (let i = 1; i <= 100_000; i++) if (i !== 500) ranges.add(i);
  expect([ranges.runs, ranges.size, ranges.has(499), ranges.has(500), ranges.has(501)]).toEqual([
    2,
    99_999,
    true,
    false,
    true,
  ]);
  expect(ranges.add(501)).toBe(false);
  expect(ranges.add(500)).toBe(true);
  expect([ranges.runs, ranges.size]).toEqual([1, 100_000]);
});

it.each([1, 2, 3, 4, 5])('says what a set says, in any order (seed %i)', (seed) => {
  const random = createRandom(seed);
  const [ranges, set] = [new SequenceRanges(), new Set<number>()];
  for (let i = 0; i < 2_000; i++) {
    const sequence = Math.floor(random.between(1, 800));
    expect(ranges.add(sequence)).toBe(!set.has(sequence));
    set.add(sequence);
  }
  expect(ranges.size).toBe(set.size);
  for (let sequence = 0; sequence <= 801; sequence++) expect(ranges.has(sequence)).toBe(set.has(sequence));
});
