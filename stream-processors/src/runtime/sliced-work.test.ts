import { expect, it } from 'vitest';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { SlicedWork } from './sliced-work.ts';

/** Work in pieces of 0.5 ms, others taking `turnMs` between two slices of it. */
async function scene(turnMs: number, pieces: number) {
  const clock = new ManualClock();
  let turns = 0;
  const work = new SlicedWork(clock, async () => {
    turns++;
    await clock.advance(turnMs);
  });
  for (let i = 0; i < pieces; i++) {
    await clock.advance(0.5);
    await work.pause();
  }
  return { turns, workMs: work.workMs() };
}

it.each([
  { what: 'nobody else there: a turn after each piece', turnMs: 0.1, turns: 100 },
  { what: 'turns of 40 ms: slices of a quarter of that', turnMs: 40, turns: 5 },
  { what: 'turns of a second: slices of 10 ms all the same', turnMs: 1_000, turns: 5 },
])('$what', async ({ turnMs, turns }) => {
  const done = await scene(turnMs, 100);
  expect(done.turns).toBe(turns);
  expect(done.workMs).toBeCloseTo(50);
});
