import { describe, expect, it } from 'vitest';
import { lastMoments, liveSample, toColumns, toSamples } from './series.ts';

const at = (s: number): string => new Date(s * 1000).toISOString();

describe('toColumns', () => {
  it('breaks the line where nothing was measured', () => {
    const points = [0, 1, 2, 3, 60, 61].map((s) => ({ at: at(s), heartbeat: 70 + s }));
    const [times, means] = toColumns(toSamples(points), ['heartbeat'], 'raw');
    expect(times).toEqual([0, 1000, 2000, 3000, 3001, 60_000, 61_000]);
    expect(means).toEqual([70, 71, 72, 73, null, 130, 131]);
  });

  it('joins the cuff over the seconds between its measurements, and not over a missed hour', () => {
    const minutes = [0, 15, 30, 45, 120, 135];
    const points = Array.from({ length: 136 }, (_, minute) => ({
      at: at(minute * 60),
      heartbeat: 70,
      ...(minutes.includes(minute) ? { blood_pressure_systolic: 120, blood_pressure_diastolic: 80 } : {}),
    }));
    const [times, systolic] = toColumns(
      toSamples(points),
      ['blood_pressure_systolic', 'blood_pressure_diastolic'],
      'raw',
    );
    expect(systolic).toEqual([120, 120, 120, 120, null, 120, 120]);
    expect(times).toHaveLength(7);
  });

  it('keeps the extremes of a tier beside its mean, and knows its step', () => {
    const point = (s: number) => ({ at: at(s), heartbeat: 98, heartbeat_min: 97, heartbeat_max: 99 });
    const columns = toColumns(toSamples([point(0), point(300), point(900)]), ['heartbeat'], '5m');
    expect(columns).toEqual([
      [0, 300_000, 300_001, 900_000],
      [98, 98, null, 98],
      [97, 97, null, 97],
      [99, 99, null, 99],
    ]);
  });

  it('leaves out what was no measurement', () => {
    const samples = toSamples([{ at: at(0), heartbeat: 250, validity: { heartbeat: 'invalid' } }]);
    expect(samples[0]?.values).toEqual({});
  });
});

describe('liveSample', () => {
  it('holds only what is newer than the samples', () => {
    const samples = toSamples([{ at: at(5), heartbeat: 70, temperature: 98 }]);
    const vital = (value: number, s: number) => ({
      value,
      measuredAtMs: s * 1000,
      validity: 'valid' as const,
    });
    const live = { heartbeat: vital(72, 6), temperature: vital(98, 5) };
    expect(liveSample(live, lastMoments(samples))).toEqual({
      atMs: 6000,
      values: { heartbeat: { mean: 72, min: undefined, max: undefined } },
      artefacts: {},
      arrivedLate: false,
    });
    expect(liveSample({ heartbeat: vital(70, 5) }, lastMoments(samples))).toBeUndefined();
  });
});
