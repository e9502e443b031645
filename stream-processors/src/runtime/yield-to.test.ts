import { expect, it } from 'vitest';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { yieldTo } from './yield-to.ts';

function scene(behindMs: number) {
  const clock = new ManualClock();
  const urgent = { behind: behindMs, behindMs: () => urgent.behind };
  const stopping = new AbortController();
  const seen = { done: false };
  const waiting = yieldTo(urgent, { clock, signal: stopping.signal }).then(() => (seen.done = true));
  return { clock, urgent, stopping, seen, waiting };
}

it('goes at once beside one that keeps up', async () => {
  await expect(scene(100).waiting).resolves.toBe(true);
});

it('lets one that is behind go first, and goes when it has caught up', async () => {
  const { clock, urgent, seen } = scene(Number.POSITIVE_INFINITY);
  await clock.advance(1_000);
  expect(seen.done).toBe(false);
  urgent.behind = 0;
  await clock.advance(25);
  expect(seen.done).toBe(true);
});

it('is not starved by one that never catches up', async () => {
  const { clock, seen } = scene(60_000);
  await clock.advance(4_900);
  expect(seen.done).toBe(false);
  await clock.advance(100);
  expect(seen.done).toBe(true);
});

it('ends with the pipeline', async () => {
  const { stopping, waiting } = scene(60_000);
  stopping.abort();
  await expect(waiting).resolves.toBe(true);
});
