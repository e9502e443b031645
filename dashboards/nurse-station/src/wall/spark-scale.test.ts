import { describe, expect, it } from 'vitest';
import { sparkScale } from './spark-scale.ts';

const limits = {
  low: [
    { priority: 'medium', limit: 50 },
    { priority: 'high', limit: 45 },
  ],
  high: [{ priority: 'medium', limit: 120 }],
} as const;

describe('sparkScale', () => {
  it('keeps both limits in sight, and a value beyond them', () => {
    const scale = sparkScale('heartbeat', [70, 72], limits);
    expect(scale?.min).toBeLessThan(50);
    expect(scale?.max).toBeGreaterThan(120);
    expect(sparkScale('heartbeat', [170], limits)?.max).toBeGreaterThan(170);
  });

  it('knows where red begins', () => {
    expect(sparkScale('heartbeat', [70], limits)).toMatchObject({ low: 50, redLow: 45, redHigh: undefined });
  });

  it('has a span without limits, and a ceiling where a percentage has one', () => {
    const scale = sparkScale('oxygen_saturation', [97, 97], undefined);
    expect((scale?.max ?? 0) - (scale?.min ?? 0)).toBeGreaterThanOrEqual(12);
    expect(scale?.max).toBeLessThan(103);
  });

  it('draws nothing of nothing', () => {
    expect(sparkScale('heartbeat', [], limits)).toBeUndefined();
  });
});
