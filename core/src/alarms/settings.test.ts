import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AlarmSettingsError, parseAlarmSettings } from './settings.ts';

const defaults = readFileSync(new URL('../../config/alarms.yaml', import.meta.url), 'utf8');

function problemsOf(yaml: string): readonly string[] {
  try {
    parseAlarmSettings(yaml);
  } catch (error) {
    if (error instanceof AlarmSettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('the default alarm settings', () => {
  const settings = parseAlarmSettings(defaults);

  it('time SpO₂ 15 s, others 10 s, critical limits 5 s and a cuff not at all', () => {
    const delays = (tiers: readonly { priority: string; delayMs: number }[]): unknown =>
      Object.fromEntries(tiers.map((tier) => [tier.priority, tier.delayMs]));
    expect(delays(settings.limits.oxygen_saturation.low)).toEqual({ medium: 15_000, critical: 5_000 });
    expect(delays(settings.limits.heartbeat.high)).toEqual({ medium: 10_000, high: 10_000, critical: 5_000 });
    expect(delays(settings.limits.blood_pressure_systolic.low)).toEqual({ medium: 0, critical: 0 });
  });

  it('give the mildest tier first, and no high alarm for SpO₂', () => {
    expect(settings.limits.heartbeat.low.map((tier) => tier.limit)).toEqual([50, 45, 40]);
    expect(settings.limits.oxygen_saturation.high).toEqual([]);
  });

  it('are versioned by their content', () => {
    expect(parseAlarmSettings(defaults).version).toBe(settings.version);
    expect(parseAlarmSettings(`${defaults}\n# changed`).version).not.toBe(settings.version);
  });
});

describe('bad alarm settings are refused with the line and the reason', () => {
  it.each([
    [
      'crossed tiers',
      'low: { medium: 90, critical: 80 }',
      'low: { medium: 70, critical: 80 }',
      /^line \d+: limits.oxygen_saturation.low.critical: 80 must be below the medium limit 70$/,
    ],
    [
      'low above high',
      'low: { medium: 50 }',
      'low: { medium: 115 }',
      /^line \d+: limits.blood_pressure_diastolic.low: low limit 115 is not below the high limit 110$/,
    ],
    ['a negative delay', 'default: 10', 'default: -1', /^line 2\d: condition_delay_s.default: /],
    ['an unknown vital', '  temperature: 0.3', '  temprature: 0.3', /hysteresis/],
    [
      'an unknown delay',
      '  critical: 5',
      '  critical: 5\n  spo2: 3',
      /^line \d+: condition_delay_s.spo2: is no vital$/,
    ],
    ['an unknown setting', 'absence_s: 30', 'absence_s: 30\nabscence_s: 3', /abscence_s/],
    ['broken YAML', 'limits:', 'limits: [', /^line \d+: /],
  ])('%s', (_, from, to, expected) => {
    const problems = problemsOf(defaults.replace(from, to));
    expect(problems.join('\n')).toMatch(expected);
  });
});
