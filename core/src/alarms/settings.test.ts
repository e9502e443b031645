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
    [
      "a child's low above high",
      'heartbeat: { low: { medium: 85 }, high: { medium: 150 } }',
      'heartbeat: { low: { medium: 155 }, high: { medium: 150 } }',
      /^line \d+: profiles.paediatric_to_5_years.heartbeat.low: low limit 155 is not below the high limit 150$/,
    ],
    [
      'a reach past the critical limit',
      'heartbeat: { low: 10, high: 30 }',
      'heartbeat: { low: 10, high: 31 }',
      /^line \d+: override_reach.heartbeat.high: 31 reaches from 120 past the critical limit 150 of limits$/,
    ],
    ['an unknown profile', '  neonate:', '  newborn:', /newborn/],
    [
      'a worse score of a milder priority',
      'seven: high',
      'seven: low',
      /^line \d+: early_warning_score.seven: low is milder than medium of five$/,
    ],
    [
      'a battery that ends before it begins',
      'clear_percent: 25',
      'clear_percent: 10',
      /^line \d+: technical.battery_low.clear_percent: 10 is below 20, where it begins$/,
    ],
    ['an unknown stuck vital', 'heartbeat_s: 1800', 'hartbeat_s: 1800', /hartbeat_s: is no vital with _s$/],
    [
      'a trend without an end',
      'margin: 10',
      'margin: 30',
      /^line \d+: trends.0.margin: 30 is not less than 30/,
    ],
    ['a trend over longer than is kept', 'within_s: 900', 'within_s: 1800', /^line \d+: trends.0.within_s/],
    ['an alias of nothing', '&adult_temperature', '', /adult_temperature/],
    ['an unknown setting', 'absence_s: 30', 'absence_s: 30\nabscence_s: 3', /abscence_s/],
    ['broken YAML', 'limits:', 'limits: [', /^line \d+: /],
  ])('%s', (_, from, to, expected) => {
    const problems = problemsOf(defaults.replace(from, to));
    expect(problems.join('\n')).toMatch(expected);
  });
});
