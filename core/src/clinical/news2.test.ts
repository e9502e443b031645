import { describe, expect, it } from 'vitest';
import { celsiusToFahrenheit } from '../vitals/units.ts';
import { news2, news2Exclusion, news2VitalPoints, type News2Input } from './news2.ts';

const well: News2Input = {
  respiratoryRate: 16,
  oxygenSaturation: 97,
  systolic: 120,
  pulse: 70,
  temperature: celsiusToFahrenheit(37),
  supplementalOxygen: false,
  consciousness: 'alert',
  oxygenScale: 1,
};

const score = (changes: Partial<News2Input>): number => news2({ ...well, ...changes }).score;

/** The chart, edge by edge: each value stands at one side of a band's edge. */
describe('NEWS2, every band edge from both sides', () => {
  it.each([
    [8, 3],
    [9, 1],
    [11, 1],
    [12, 0],
    [20, 0],
    [21, 2],
    [24, 2],
    [25, 3],
  ])('respiratory rate %d scores %d', (respiratoryRate, points) =>
    expect(score({ respiratoryRate })).toBe(points),
  );

  it.each([
    [91, 3],
    [92, 2],
    [93, 2],
    [94, 1],
    [95, 1],
    [96, 0],
    [100, 0],
  ])('SpO₂ %d on scale 1 scores %d', (oxygenSaturation, points) =>
    expect(score({ oxygenSaturation })).toBe(points),
  );

  it.each([
    [83, 3],
    [84, 2],
    [85, 2],
    [86, 1],
    [87, 1],
    [88, 0],
    [92, 0],
    [93, 0],
    [97, 0],
    [100, 0],
  ])('SpO₂ %d on scale 2, on air, scores %d', (oxygenSaturation, points) =>
    expect(score({ oxygenSaturation, oxygenScale: 2 })).toBe(points),
  );

  it.each([
    [83, 3],
    [84, 2],
    [85, 2],
    [86, 1],
    [87, 1],
    [88, 0],
    [92, 0],
    [93, 1],
    [94, 1],
    [95, 2],
    [96, 2],
    [97, 3],
    [100, 3],
  ])('SpO₂ %d on scale 2, on oxygen, scores %d and 2 for the oxygen', (oxygenSaturation, points) =>
    expect(score({ oxygenSaturation, oxygenScale: 2, supplementalOxygen: true })).toBe(points + 2),
  );

  it.each([
    [90, 3],
    [91, 2],
    [100, 2],
    [101, 1],
    [110, 1],
    [111, 0],
    [219, 0],
    [220, 3],
  ])('systolic %d scores %d', (systolic, points) => expect(score({ systolic })).toBe(points));

  it.each([
    [40, 3],
    [41, 1],
    [50, 1],
    [51, 0],
    [90, 0],
    [91, 1],
    [110, 1],
    [111, 2],
    [130, 2],
    [131, 3],
  ])('pulse %d scores %d', (pulse, points) => expect(score({ pulse })).toBe(points));

  it.each([
    [35.0, 3],
    [35.1, 1],
    [36.0, 1],
    [36.1, 0],
    [38.0, 0],
    [38.1, 1],
    [39.0, 1],
    [39.1, 2],
    [41, 2],
  ])('%d °C scores %d', (celsius, points) =>
    expect(score({ temperature: celsiusToFahrenheit(celsius) })).toBe(points),
  );

  it.each([
    ['alert', 0],
    ['new_confusion', 3],
    ['voice', 3],
    ['pain', 3],
    ['unresponsive', 3],
  ] as const)('%s scores %d', (consciousness, points) => expect(score({ consciousness })).toBe(points));
});

describe('NEWS2', () => {
  it('rounds to the chart before banding', () => {
    expect(score({ oxygenSaturation: 95.5 })).toBe(0);
    expect(score({ oxygenSaturation: 95.4 })).toBe(1);
    // 39.04 °C is 39.0 on the chart, 39.06 °C is 39.1.
    expect(score({ temperature: celsiusToFahrenheit(39.04) })).toBe(1);
    expect(score({ temperature: celsiusToFahrenheit(39.06) })).toBe(2);
  });

  // As a device sends them, in tenths of °F, and as finely as the edge lies: x.05 °C is rounded up to the next tenth.
  it.each([
    [95.0, 3],
    [95.08, 3],
    [95.09, 1],
    [95.1, 1],
    [96.8, 1],
    [96.88, 1],
    [96.89, 0],
    [96.9, 0],
    [100.4, 0],
    [100.48, 0],
    [100.49, 1],
    [100.5, 1],
    [102.2, 1],
    [102.28, 1],
    [102.29, 2],
    [102.3, 2],
  ])('%d °F scores %d', (temperature, points) => {
    expect(score({ temperature })).toBe(points);
    expect(news2VitalPoints('temperature', temperature, 1, false)).toBe(points);
  });

  it('reaches 20 and no more', () => {
    const worst = news2({
      respiratoryRate: 30,
      oxygenSaturation: 80,
      systolic: 70,
      pulse: 140,
      temperature: celsiusToFahrenheit(34),
      supplementalOxygen: true,
      consciousness: 'unresponsive',
      oxygenScale: 1,
    });
    expect(worst).toMatchObject({ score: 20, level: 'high' });
  });

  it.each([
    [{}, 'low'],
    [{ respiratoryRate: 9, pulse: 45, oxygenSaturation: 95, temperature: celsiusToFahrenheit(38.5) }, 'low'],
    [{ respiratoryRate: 25 }, 'low-medium'],
    [{ respiratoryRate: 25, oxygenSaturation: 93 }, 'medium'],
    [{ respiratoryRate: 21, oxygenSaturation: 93, pulse: 95 }, 'medium'],
    [{ respiratoryRate: 25, oxygenSaturation: 93, pulse: 111 }, 'high'],
  ] as const)('with %o is %s', (changes, level) => expect(news2({ ...well, ...changes }).level).toBe(level));

  it('is a lower bound where a parameter is missing, and names it', () => {
    const partial = news2({ ...well, temperature: undefined, respiratoryRate: undefined, pulse: 135 });
    expect(partial).toMatchObject({
      score: 3,
      level: 'low-medium',
      missing: ['respiratory_rate', 'temperature'],
    });
    expect(partial.points).not.toHaveProperty('temperature');
  });

  it('names what was never charted and is assumed', () => {
    expect(news2({ ...well, supplementalOxygen: undefined, consciousness: 'unknown' })).toMatchObject({
      score: 0,
      missing: [],
      assumed: ['supplemental_oxygen', 'consciousness'],
    });
  });

  it('is not for children nor in pregnancy', () => {
    expect(news2Exclusion({ age: 15, pregnant: false })).toMatch(/under 16/);
    expect(news2Exclusion({ age: 30, pregnant: true })).toMatch(/pregnancy/);
    expect(news2Exclusion({ age: 16, pregnant: false })).toBeUndefined();
    expect(news2Exclusion({ age: undefined, pregnant: false })).toBeUndefined();
  });
});
