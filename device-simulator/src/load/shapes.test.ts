import { describe, expect, it } from 'vitest';
import { Schedule } from './schedule.ts';
import { SHAPES, parsePhases, phasesOf, segmentsOf, stormsMs } from './shapes.ts';

describe('shapes', () => {
  it.each(SHAPES)('%s lasts as long as it is asked to', (shape) => {
    const schedule = new Schedule(segmentsOf(phasesOf(shape, 2, 60_000), 10));
    expect(schedule.durationMs).toBeCloseTo(60_000);
    expect(schedule.turns).toBeGreaterThan(0);
  });

  it('rise, step and spike as they are described', () => {
    const rates = (shape: (typeof SHAPES)[number], atS: readonly number[]): number[] => {
      const schedule = new Schedule(segmentsOf(phasesOf(shape, 1, 100_000), 100));
      return atS.map((s) => Math.round(schedule.rateAt(s * 1_000)));
    };
    expect(rates('ramp', [0, 50, 99.99])).toEqual([10, 55, 100]);
    expect(rates('step', [0, 30, 60, 99])).toEqual([25, 50, 75, 100]);
    expect(rates('spike', [0, 46, 54, 56])).toEqual([100, 500, 500, 100]);
    expect(stormsMs('storm', 90_000)).toEqual([30_000, 60_000]);
    expect(stormsMs('constant', 90_000)).toEqual([]);
  });

  it('of phases are read as written', () => {
    expect(parsePhases('30s@1, 1m@1..5,500ms@0')).toEqual([
      { durationMs: 30_000, from: 1, to: 1 },
      { durationMs: 60_000, from: 1, to: 5 },
      { durationMs: 500, from: 0, to: 0 },
    ]);
    expect(parsePhases('30@1')).toMatch(/"30@1" is not like/);
    expect(parsePhases('30s@0')).toMatch(/above 0/);
  });
});
