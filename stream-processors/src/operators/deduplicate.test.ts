import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BOOTS_KEPT, RUNS_KEPT, newDevice, observeSequence } from './deduplicate.ts';

function kinds(sequences: readonly number[]): string[] {
  const device = newDevice();
  return sequences.map((sequence) => {
    const novelty = observeSequence(device, 1, sequence);
    return novelty.kind === 'new' && novelty.skipped > 0 ? `new after ${novelty.skipped}` : novelty.kind;
  });
}

describe('deduplication', () => {
  it.each([
    ['in order', [1, 2, 3], ['new', 'new', 'new']],
    ['the last once more', [1, 2, 2], ['new', 'new', 'duplicate']],
    ['an old one once more', [1, 2, 3, 1], ['new', 'new', 'new', 'duplicate']],
    ['a hole, then filled', [1, 4, 2, 3, 3], ['new', 'new after 2', 'filled', 'filled', 'duplicate']],
    ['from the top down', [5, 4, 3, 4], ['new', 'filled', 'filled', 'duplicate']],
    ['a stream joined late', [1000, 1001], ['new', 'new']],
    [
      'a hole between two holes',
      [1, 3, 5, 4, 2, 4],
      ['new', 'new after 1', 'new after 1', 'filled', 'filled', 'duplicate'],
    ],
  ])('%s', (_, sequences, expected) => {
    expect(kinds(sequences)).toEqual(expected);
  });

  it('agrees with a set, for any order and repetition within its bound', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: RUNS_KEPT * 2 }), { maxLength: 400 }), (sequences) => {
        const seen = new Set<number>();
        const device = newDevice();
        for (const sequence of sequences) {
          const duplicate = observeSequence(device, 1, sequence).kind === 'duplicate';
          expect(duplicate).toBe(seen.has(sequence));
          seen.add(sequence);
        }
        expect(device.boots[0]?.runs.length ?? 0).toBeLessThanOrEqual(RUNS_KEPT * 2);
      }),
    );
  });

  it('is one run for a stream without holes, however long', () => {
    const device = newDevice();
    for (let sequence = 1; sequence <= 10_000; sequence++) observeSequence(device, 1, sequence);
    expect(device.boots[0]!.runs).toEqual([1, 10_000]);
  });

  it('keeps the newest runs of a stream full of holes, and takes what is older as new rather than lose it', () => {
    const device = newDevice();
    for (let sequence = 1; sequence <= 1001; sequence += 2) observeSequence(device, 1, sequence);
    expect(device.boots[0]!.runs).toHaveLength(RUNS_KEPT * 2);
    expect(observeSequence(device, 1, 1001).kind).toBe('duplicate');
    expect(observeSequence(device, 1, 1001 - 2 * (RUNS_KEPT - 1)).kind).toBe('duplicate');
    expect(observeSequence(device, 1, 3).kind).toBe('filled');
  });

  it('counts a new boot from its own beginning, and remembers the boots heard last', () => {
    const device = newDevice();
    for (let boot = 1; boot <= BOOTS_KEPT; boot++) observeSequence(device, boot, 1);
    expect(observeSequence(device, 1, 1).kind).toBe('duplicate');
    observeSequence(device, BOOTS_KEPT + 1, 1);
    expect(device.boots).toHaveLength(BOOTS_KEPT);
    expect(observeSequence(device, 1, 1).kind).toBe('duplicate');
    expect(observeSequence(device, 2, 1).kind).toBe('new');
  });
});
