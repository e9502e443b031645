import { describe, expect, it } from 'vitest';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { startPacer } from './pacer.ts';

describe('the pacer', () => {
  it('gives every turn its time, evenly, and is done when the last has had its own', async () => {
    const clock = new ManualClock();
    const turns: number[] = [];
    let doneMs: number | undefined;
    startPacer({
      clock,
      startMs: clock.monotonic(),
      dueMs: (turn) => (turn < 6 ? turn * 250 : Number.POSITIVE_INFINITY),
      durationMs: 1_500,
      onTurn: (turn, intendedMs) => turns.push(turn, intendedMs),
      onDone: () => (doneMs = clock.monotonic()),
    });
    await clock.advance(2_000);
    expect(turns).toEqual([0, 0, 1, 250, 2, 500, 3, 750, 4, 1_000, 5, 1_250]);
    expect(doneMs).toBe(1_500);
  });

  it('gives turns that a stall held up the time they were meant for, and skips none', () => {
    let nowMs = 0;
    let wake: () => void = () => {};
    const intended: number[] = [];
    const stalling = new ManualClock();
    stalling.monotonic = () => nowMs;
    stalling.after = (_delayMs, task) => {
      wake = task;
      return () => {};
    };
    startPacer({
      clock: stalling,
      startMs: 0,
      dueMs: (turn) => turn,
      durationMs: Number.POSITIVE_INFINITY,
      onTurn: (_turn, intendedMs) => intended.push(intendedMs),
      onDone: () => {},
    });
    wake();
    nowMs = 500;
    wake();
    expect(intended).toEqual(Array.from({ length: 501 }, (_, i) => i));
  });

  it('stops at once when a turn cancels it', async () => {
    const clock = new ManualClock();
    const turns: number[] = [];
    const cancel = startPacer({
      clock,
      startMs: clock.monotonic(),
      dueMs: (turn) => turn,
      durationMs: 100,
      onTurn: (turn) => {
        turns.push(turn);
        if (turn === 2) cancel();
      },
      onDone: () => expect.unreachable(),
    });
    await clock.advance(1_000);
    expect(turns).toEqual([0, 1, 2]);
  });
});
