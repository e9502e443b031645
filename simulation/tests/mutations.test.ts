import { describe, expect, test } from 'vitest';
import { MUTATIONS, dyingOnceDecided } from '../src/mutations.ts';
import type { Ports } from '../src/components/ports.ts';
import { DEFAULT_OPTIONS, simulate } from '../src/simulate.ts';
import type { Process } from '../src/world/process.ts';

const SEEDS_MAX = 40;

/** Where to look first: a seed that found it once. The others follow. */
const FOUND_BY: Readonly<Record<string, number>> = {
  'commit before effects': 9,
  'regional shares replace one another': 2,
  'score not recomputed on repair': 19,
  'wrong clock not told': 3,
  'late feed not told': 21,
};

const seedsFor = (mutation: string): Iterable<number> =>
  new Set([FOUND_BY[mutation] ?? 1, ...Array.from({ length: SEEDS_MAX }, (_, index) => index + 1)]);

/** A proof is worth what it can refute: each known bug is found by some seed, and in time. */
describe('the simulation finds', () => {
  test.each(Object.entries(MUTATIONS))('%s', async (name, mutate) => {
    for (const seed of seedsFor(name)) {
      const { violations } = await simulate(seed, { ...DEFAULT_OPTIONS, mutate });
      if (violations.length > 0) return;
    }
    expect.unreachable(`no seed of ${SEEDS_MAX} finds it`);
  });
});

describe('the simulation finds nothing', () => {
  test('in a pipeline that dies between each decision and its effect', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const options = {
        ...DEFAULT_OPTIONS,
        mutate: (process: Process, ports: Ports) => dyingOnceDecided(process, ports),
      };
      expect({ seed, violations: (await simulate(seed, options)).violations }).toEqual({
        seed,
        violations: [],
      });
    }
  });
});
