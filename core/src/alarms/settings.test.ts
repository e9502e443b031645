import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SettingsError, type SettingsProblem } from '../settings/settings-error.ts';
import { parseAlarmSettings } from './settings.ts';

const defaults = readFileSync(new URL('../../config/alarms.yaml', import.meta.url), 'utf8');

function problemsOf(yaml: string): readonly SettingsProblem[] {
  try {
    parseAlarmSettings(yaml);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}
const messageFor = (yaml: string): string =>
  problemsOf(yaml)
    .map(({ line, path, reason }) => `line ${line}: ${path}: ${reason}`)
    .join('\n');

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
    expect(messageFor(defaults.replace(from, to))).toMatch(expected);
  });
});

describe('each problem has the line it stands on', () => {
  const lines = [
    '# A small ward.',
    'limits:',
    '  heartbeat:',
    '    low: { medium: 50, critical: 40 }',
    '    high:',
    '      medium: 120',
    '  oxygen_saturation: { low: { medium: 90 } }',
    'condition_delay_s:',
    '  default: 10',
    '  critical: 5',
    'hysteresis: { heartbeat: 3, oxygen_saturation: 1, respiratory_rate: 3, blood_pressure_systolic: 3,',
    '  blood_pressure_diastolic: 3, temperature: 0.3 }',
    'clear_after_s: 5',
    'absence_s: 30',
  ];
  const withLine = (line: number, text: string): string => lines.with(line - 1, text).join('\n');

  it('or none, where nothing is wrong', () => expect(problemsOf(lines.join('\n'))).toEqual([]));

  it.each<[string, string, SettingsProblem[]]>([
    [
      'an unknown vital',
      withLine(7, '  oxigen: { low: { medium: 90 } }'),
      [{ line: 7, path: 'limits.oxigen', reason: 'is unknown' }],
    ],
    [
      'two unknown settings, each where it stands',
      withLine(13, 'clear_after_s: 5\nclear_afterwards_s: 5\nbeep: true'),
      [
        { line: 14, path: 'clear_afterwards_s', reason: 'is unknown' },
        { line: 15, path: 'beep', reason: 'is unknown' },
      ],
    ],
    [
      'a limit of an unknown priority',
      withLine(6, '      medium: 120\n      urgent: 130'),
      [{ line: 7, path: 'limits.heartbeat.high.urgent', reason: 'is unknown' }],
    ],
    [
      'a low limit above the high one',
      withLine(6, '      medium: 45'),
      [{ line: 4, path: 'limits.heartbeat.low', reason: 'low limit 50 is not below the high limit 45' }],
    ],
    [
      'a critical limit further in than the medium one',
      withLine(4, '    low:\n      medium: 50\n      critical: 60'),
      [{ line: 6, path: 'limits.heartbeat.low.critical', reason: '60 must be below the medium limit 50' }],
    ],
    [
      'a negative delay',
      withLine(10, '  critical: -5'),
      [{ line: 10, path: 'condition_delay_s.critical', reason: 'Too small: expected number to be >=0' }],
    ],
    [
      'a setting that is missing, where it would stand',
      withLine(12, '  temperature: 0.3 }'),
      [
        {
          line: 11,
          path: 'hysteresis.blood_pressure_diastolic',
          reason: 'Invalid input: expected number, received undefined',
        },
      ],
    ],
    [
      'a setting said twice',
      withLine(14, 'absence_s: 30\nabsence_s: 60'),
      [{ line: 15, path: 'file', reason: 'Map keys must be unique' }],
    ],
    [
      'an empty file',
      '',
      [{ line: 1, path: 'file', reason: 'Invalid input: expected object, received null' }],
    ],
  ])('%s', (_, yaml, expected) => {
    expect(problemsOf(yaml)).toEqual(expected);
  });
});
