import { expect, it } from 'vitest';
import { CheckpointPace } from './checkpoint-pace.ts';

it.each([
  { what: 'little work: as often as asked for', workMs: 1, tasks: 12, untilNextMs: 5_000 },
  { what: 'a twentieth of the thread for all tasks together', workMs: 40, tasks: 12, untilNextMs: 9_600 },
  { what: 'one task has all of it', workMs: 400, tasks: 1, untilNextMs: 8_000 },
  { what: 'a task that is not counted yet', workMs: 400, tasks: 0, untilNextMs: 8_000 },
])('$what', ({ workMs, tasks, untilNextMs }) => {
  expect(new CheckpointPace(5_000, () => tasks).untilNextMs(workMs)).toBeCloseTo(untilNextMs);
});

it('spreads what is due together over the period', () => {
  const pace = new CheckpointPace(5_000, () => 4);
  const begunMs: number[] = [];
  for (let nowMs = 0; begunMs.length < 4; nowMs += 10) {
    if (!pace.mayBegin(nowMs)) continue;
    pace.began(nowMs);
    begunMs.push(nowMs);
  }
  expect(begunMs).toEqual([0, 1_000, 2_000, 3_000]);
});
