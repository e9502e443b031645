import { describe, expect, it } from 'vitest';
import { regressions, updated, type Baseline } from './check.ts';
import { compare } from './measurements/micro.ts';
import type { MeasurementResult } from './results.ts';

const result = (
  value: number,
  better: 'lower' | 'higher' = 'lower',
  unit = '× reference',
): MeasurementResult => ({
  name: 'micro',
  about: '',
  figures: [{ name: 'decode', value, unit, aim: undefined, better, runs: [value] }],
});
const baseline: Baseline = { machine: 'm', figures: { micro: { decode: 2 } } };

describe('regressions', () => {
  it.each([
    ['the same', 2, 'lower', 0],
    ['better', 1, 'lower', 0],
    ['worse by what is allowed', 2.3, 'lower', 0],
    ['worse by more', 2.31, 'lower', 1],
    ['higher where that is better', 9, 'higher', 0],
    ['lower where higher is better', 1.7, 'higher', 1],
    ['no number', NaN, 'lower', 1],
  ] as const)('%s', (_, value, better, count) => {
    expect(regressions([result(value, better)], baseline)).toHaveLength(count);
  });

  it('says which figure, by how much and against what', () => {
    expect(regressions([result(3)], baseline)).toEqual([
      'micro: decode: 50 % worse than the baseline (3.000 × reference, baseline 2)',
    ]);
  });

  it('misses a figure that is gone, and asks nothing of what was not run', () => {
    expect(regressions([{ name: 'micro', about: '', figures: [] }], baseline)).toHaveLength(1);
    expect(regressions([], baseline)).toEqual([]);
  });

  it('finds work that became slower than it was', () => {
    const busy = (times: number) => () => {
      for (let i = 0; i < times; i++) JSON.parse('{"a":[1,2,3,{"b":"c"}],"d":"0123456789"}');
    };
    const figuresOf = (times: number): MeasurementResult => ({
      name: 'micro',
      about: '',
      figures: compare([{ name: 'work', next: () => busy(times) }], 9).map((figure) => ({
        ...figure,
        runs: [],
      })),
    });
    const before = updated({ machine: '', figures: {} }, [figuresOf(20_000)], 'm');
    const { work } = before.figures['micro'] as { work: number };
    const timeAlone = { machine: 'm', figures: { micro: { work } } };
    expect(regressions([figuresOf(60_000)], timeAlone)).toHaveLength(1);
    expect(regressions([figuresOf(5_000)], timeAlone)).toEqual([]);
  });
});
