import { describe, expect, it } from 'vitest';
import { confirmed, judgeProbe, searchKnee, type Probe } from './knee.ts';

const bounds = { min: 500, max: 50_000, precision: 0.05, isAborted: () => false };
const upTo =
  (limit: number, tried: number[] = []) =>
  async (rate: number): Promise<Probe> => {
    tried.push(rate);
    const isMet = rate <= limit;
    return { rate, isMet, why: isMet ? '' : 'slow', isClose: isMet, isTestersOwn: false };
  };

describe('the knee', () => {
  it.each([501, 999, 7_777, 31_000, 49_999])('at %i is found within the precision', async (limit) => {
    const tried: number[] = [];
    const knee = (await searchKnee(bounds, upTo(limit, tried)))!;
    expect(knee.met).toBeLessThanOrEqual(limit);
    const missed = knee.missed!.rate;
    expect(missed).toBeGreaterThan(limit);
    expect(missed - knee.met).toBeLessThanOrEqual(knee.met * 0.05);
    expect(tried.length).toBeLessThan(16);
  });

  it('beyond the highest rate is that rate, and below the lowest is none', async () => {
    expect(await searchKnee(bounds, upTo(1e9))).toEqual({ met: 50_000, missed: undefined });
    expect(await searchKnee(bounds, upTo(1))).toBeUndefined();
  });
});

it('a probe that the tester itself was late for says so, and not that the server was slow', () => {
  const slo = [{ text: 'puback_p99<5ms', actual: 90, is_met: false }];
  expect(judgeProbe(100, 100, true, slo, 80)).toMatchObject({
    isMet: false,
    isTestersOwn: true,
    why: 'the tester itself was 80 ms late',
  });
  expect(judgeProbe(100, 100, false, slo, 1)).toMatchObject({ isMet: false, why: 'puback_p99<5ms: 90' });
  expect(judgeProbe(100, 90, true, [], 1)).toMatchObject({
    isMet: false,
    isClose: false,
    why: 'only 90/s acknowledged',
  });
  expect(judgeProbe(100, 99, true, [], 1).isMet).toBe(true);
});

it('a rate that was kept and missed its objective is asked for once more; one that was not kept is not', async () => {
  const missed: Probe = { rate: 1, isMet: false, why: 'slow', isClose: true, isTestersOwn: false };
  const outcomes = (...all: readonly Probe[]): { tried: number; probe: () => Promise<Probe> } => {
    const state = { tried: 0, probe: async () => all[state.tried++]! };
    return state;
  };
  const unlucky = outcomes(missed, { ...missed, isMet: true });
  expect((await confirmed(1, unlucky.probe)).isMet).toBe(true);
  const slow = outcomes(missed, missed);
  expect([(await confirmed(1, slow.probe)).isMet, slow.tried]).toEqual([false, 2]);
  const overloaded = outcomes({ ...missed, isClose: false });
  expect([(await confirmed(1, overloaded.probe)).isMet, overloaded.tried]).toEqual([false, 1]);
});
