import { describe, expect, test } from 'vitest';
import { MUTATIONS, dyingOnceDecided } from '../src/mutations.ts';
import type { Ports } from '../src/components/ports.ts';
import { DEFAULT_OPTIONS, simulate } from '../src/simulate.ts';
import type { Process } from '../src/world/process.ts';

const SEEDS_MAX = 40;

/** A proof is worth what it can refute: each known bug is found by some seed, and in time. */
describe('the simulation finds', { timeout: 120_000 }, () => {
  test.each(Object.entries(MUTATIONS))('%s', async (_, mutate) => {
    for (let seed = 1; seed <= SEEDS_MAX; seed++) {
      const { violations } = await simulate(seed, { ...DEFAULT_OPTIONS, mutate });
      if (violations.length > 0) return;
    }
    expect.unreachable(`no seed of ${SEEDS_MAX} finds it`);
  });
});

describe('the simulation finds nothing', { timeout: 120_000 }, () => {
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
