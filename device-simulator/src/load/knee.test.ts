import { describe, expect, it } from 'vitest';
import { judgeProbe, searchKnee, type Probe } from './knee.ts';

const bounds = { min: 500, max: 50_000, precision: 0.05, isAborted: () => false };
const upTo =
  (limit: number, tried: number[] = []) =>
  async (rate: number): Promise<Probe> => {
    tried.push(rate);
    return { rate, isMet: rate <= limit, why: rate <= limit ? '' : 'slow' };
  };

describe('the knee', () => {
  it.each([501, 999, 7_777, 31_000, 49_999])('at %i is found within the precision', async (limit) => {
    const tried: number[] = [];
    const knee = (await searchKnee(bounds, upTo(limit, tried)))!;
    expect(knee.met).toBeLessThanOrEqual(limit);
    expect(knee.missed).toBeGreaterThan(limit);
    expect(knee.missed! - knee.met).toBeLessThanOrEqual(knee.met * 0.05);
    expect(tried.length).toBeLessThan(16);
  });

  it('beyond the highest rate is that rate, and below the lowest is none', async () => {
    expect(await searchKnee(bounds, upTo(1e9))).toEqual({ met: 50_000, missed: undefined, why: '' });
    expect(await searchKnee(bounds, upTo(1))).toBeUndefined();
  });
});

it('a probe that the tester itself was late for says so, and not that the server was slow', () => {
  const slo = [{ text: 'puback_p99<5ms', actual: 90, is_met: false }];
  expect(judgeProbe(100, 100, true, slo, 80)).toMatchObject({
    isMet: false,
    why: 'the tester itself was 80 ms late',
  });
  expect(judgeProbe(100, 100, false, slo, 1)).toMatchObject({ isMet: false, why: 'puback_p99<5ms: 90' });
  expect(judgeProbe(100, 90, true, [], 1)).toMatchObject({ isMet: false, why: 'only 90/s acknowledged' });
  expect(judgeProbe(100, 99, true, [], 1).isMet).toBe(true);
});
