import { describe, expect, it } from 'vitest';
import { Schedule } from './schedule.ts';

const dues = (schedule: Schedule): number[] =>
  Array.from({ length: schedule.turns }, (_, turn) => schedule.dueMs(turn));

describe('a schedule', () => {
  it('of one rate spaces turns evenly, on whole milliseconds', () => {
    const schedule = new Schedule([{ durationMs: 1_000, fromPerS: 3, toPerS: 3 }]);
    expect(dues(schedule)).toEqual([0, 333, 666]);
    expect(schedule.dueMs(3)).toBe(Number.POSITIVE_INFINITY);
  });

  it('without an end goes on for ever', () => {
    const schedule = new Schedule([{ durationMs: Number.POSITIVE_INFINITY, fromPerS: 50, toPerS: 50 }]);
    expect(schedule.turns).toBe(Number.POSITIVE_INFINITY);
    expect(schedule.dueMs(1e9)).toBe(2e10);
    expect(schedule.rateAt(1e12)).toBe(50);
  });

  it('of a ramp has as many turns in each second as the ramp says, up or down', () => {
    for (const [fromPerS, toPerS] of [
      [0, 1_000],
      [1_000, 0],
      [100, 900],
    ] as const) {
      const schedule = new Schedule([{ durationMs: 10_000, fromPerS, toPerS }]);
      expect(schedule.turns).toBe(5_000);
      const all = dues(schedule);
      expect(all).toEqual([...all].sort((a, b) => a - b));
      for (let second = 0; second < 10; second++) {
        const within = all.filter((due) => Math.floor(due / 1_000) === second).length;
        const wanted = schedule.rateAt(second * 1_000 + 500);
        expect(Math.abs(within - wanted), `second ${second}`).toBeLessThanOrEqual(2);
      }
    }
  });

  it('of several stretches begins each where the one before ended, also one of silence', () => {
    const schedule = new Schedule([
      { durationMs: 1_000, fromPerS: 2, toPerS: 2 },
      { durationMs: 1_000, fromPerS: 0, toPerS: 0 },
      { durationMs: 500, fromPerS: 10, toPerS: 10 },
    ]);
    expect(dues(schedule)).toEqual([0, 500, 2_000, 2_100, 2_200, 2_300, 2_400]);
    expect([0, 1_500, 2_200, 9_000].map((ms) => schedule.rateAt(ms))).toEqual([2, 0, 10, 0]);
  });
});
