import { describe, expect, it } from 'vitest';
import { BURSTS, burstLength, HARMONICS, pulseStarts } from './burst.ts';
import { HORIZON_S, planBursts, SILENT } from './schedule.ts';

describe('bursts lie within IEC 60601-1-8', () => {
  it.each([
    ['critical', 10, [0.075, 0.2], [2.5, 15]],
    ['high', 10, [0.075, 0.2], [2.5, 15]],
    ['medium', 3, [0.125, 0.25], [2.5, 30]],
    ['low', 2, [0.125, 0.25], [15, 60]],
  ] as const)('%s: %d pulses', (priority, pulses, duration, interval) => {
    const burst = BURSTS[priority];
    expect(pulseStarts(burst)).toHaveLength(pulses);
    expect(burst.pulse).toBeGreaterThanOrEqual(duration[0]);
    expect(burst.pulse).toBeLessThanOrEqual(duration[1]);
    expect(burst.interval).toBeGreaterThanOrEqual(interval[0]);
    expect(burst.interval).toBeLessThanOrEqual(interval[1]);
    expect(burst.fundamental).toBeGreaterThanOrEqual(150);
    expect(burst.fundamental).toBeLessThanOrEqual(1000);
    const audible = HARMONICS.filter((_, i) => {
      const frequency = burst.fundamental * (i + 1);
      return frequency >= 300 && frequency <= 4000;
    });
    expect(audible.length).toBeGreaterThanOrEqual(4);
    // 15 dB
    for (const amplitude of HARMONICS) expect(amplitude).toBeGreaterThan(10 ** (-15 / 20));
  });

  it('high is three and two, twice', () => {
    const { spacings, pulse } = BURSTS.high;
    const [x = 0] = spacings;
    expect(x).toBeGreaterThanOrEqual(0.05);
    expect(x).toBeLessThanOrEqual(0.125);
    const five = [x, x, 2 * x + pulse, x];
    expect(spacings).toEqual([...five, spacings[4], ...five]);
    expect(spacings[4]).toBeGreaterThanOrEqual(0.35);
    expect(spacings[4]).toBeLessThanOrEqual(1.3);
  });

  it('medium and low pulses are 125 to 250 ms apart', () => {
    for (const spacing of [...BURSTS.medium.spacings, ...BURSTS.low.spacings]) {
      expect(spacing).toBeGreaterThanOrEqual(0.125);
      expect(spacing).toBeLessThanOrEqual(0.25);
    }
  });
});

describe('planBursts', () => {
  const period = burstLength(BURSTS.medium) + BURSTS.medium.interval;

  it('is silent while nothing is audible', () => {
    expect(planBursts(SILENT, undefined, 5)).toEqual({ plan: SILENT, cancel: false, starts: [] });
  });

  it('begins at once, and lays more than a minute ahead at the standard interval', () => {
    const { starts, cancel } = planBursts(SILENT, 'medium', 100);
    expect(cancel).toBe(true);
    expect(starts[0]).toBeCloseTo(100.05);
    expect((starts[1] ?? 0) - (starts[0] ?? 0)).toBeCloseTo(period);
    expect(starts.at(-1)).toBeGreaterThan(160);
    expect(starts.at(-1)).toBeLessThan(100 + HORIZON_S);
  });

  it('goes on without a gap or a doubled burst, however seldom it is asked', () => {
    let step = planBursts(SILENT, 'high', 0);
    const starts = [...step.starts];
    for (const now of [1, 1.2, 5, 61, 62, 121]) {
      step = planBursts(step.plan, 'high', now);
      expect(step.cancel).toBe(false);
      starts.push(...step.starts);
    }
    const steps = starts.slice(1).map((at, i) => at - (starts[i] ?? 0));
    for (const gap of steps) expect(gap).toBeCloseTo(burstLength(BURSTS.high) + BURSTS.high.interval);
  });

  it('a higher priority takes its place at once; the end takes everything back', () => {
    const medium = planBursts(SILENT, 'medium', 0);
    const critical = planBursts(medium.plan, 'critical', 3);
    expect(critical).toMatchObject({ cancel: true, plan: { priority: 'critical' } });
    expect(critical.starts[0]).toBeCloseTo(3.05);
    expect(planBursts(critical.plan, undefined, 4)).toEqual({ plan: SILENT, cancel: true, starts: [] });
  });

  it('sounds at once after a sleep longer than the horizon', () => {
    const { plan } = planBursts(SILENT, 'high', 0);
    expect(planBursts(plan, 'high', 500).starts[0]).toBeCloseTo(500.05);
  });
});
