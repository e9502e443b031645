import { expect, it } from 'vitest';
import { retryDelayMs } from './backoff.ts';

it('doubles, up to ten seconds, and is half random', () => {
  expect([0, 1, 2, 3].map((attempt) => retryDelayMs(attempt, 1))).toEqual([500, 1000, 2000, 4000]);
  expect(retryDelayMs(3, 0)).toBe(2000);
  expect(retryDelayMs(60, 1)).toBe(10_000);
});
