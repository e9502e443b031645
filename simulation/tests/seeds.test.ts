import { describe, expect, test } from 'vitest';
import { DEFAULT_OPTIONS, simulate } from '../src/simulate.ts';

const SEEDS = 200;
const AT_ONCE = 20;

/** A failure names its seed: `npm run sim -- --seed S --trace` tells its story. */
describe('the whole system keeps its promises', () => {
  test.each(Array.from({ length: SEEDS / AT_ONCE }, (_, index) => index * AT_ONCE + 1))(
    `on ${AT_ONCE} seeds from %i on`,
    async (first) => {
      const broken: Record<string, readonly string[]> = {};
      for (let seed = first; seed < first + AT_ONCE; seed++) {
        const { violations } = await simulate(seed);
        if (violations.length > 0) broken[`seed ${seed}`] = violations.slice(0, 5);
      }
      expect(broken).toEqual({});
    },
  );
});

describe('a seed', () => {
  test('tells the same story every time', async () => {
    const tell = async (): Promise<string> => {
      const lines: string[] = [];
      await simulate(7, { ...DEFAULT_OPTIONS, minutes: 3, trace: (line) => lines.push(line) });
      return lines.join('\n');
    };
    const story = await tell();
    expect(story.split('\n').length).toBeGreaterThan(20);
    expect(await tell()).toBe(story);
  });

  test('brings readings, conditions and crashes', async () => {
    let [readings, conditions, crashes] = [0, 0, 0];
    for (let seed = 1; seed <= 5; seed++) {
      const outcome = await simulate(seed);
      readings += outcome.readings;
      conditions += outcome.conditions;
      crashes += outcome.crashes;
    }
    expect(readings).toBeGreaterThan(1_000);
    expect(conditions).toBeGreaterThan(50);
    expect(crashes).toBeGreaterThan(20);
  });
});
