import { describe, expect, test } from 'vitest';
import { MUTATIONS } from '../src/mutations.ts';
import { DEFAULT_OPTIONS, simulate } from '../src/simulate.ts';

const SEEDS_MAX = 200;

/** A proof is worth what it can refute: each known bug is found by some seed, and in time. */
describe('the simulation finds', { timeout: 120_000 }, () => {
  test.each(Object.entries(MUTATIONS))('%s', async (_, mutate) => {
    for (let seed = 1; seed <= SEEDS_MAX; seed++) {
      const { violations } = await simulate(seed, { ...DEFAULT_OPTIONS, crashesPerCall: 0.02, mutate });
      if (violations.length > 0) return;
    }
    expect.unreachable(`no seed of ${SEEDS_MAX} finds it`);
  });
});
