import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../lifecycle/policy.ts';
import { chainFor } from './chain.ts';
import { readEscalationSettings } from './settings-file.ts';
import { SettingsError, inWords, type SettingsProblem } from '@vitalwire/core/settings/settings-error.ts';
import { parseEscalationSettings, type SecretOf } from './settings.ts';

const yaml = readFileSync(new URL('../../config/escalation.yaml', import.meta.url), 'utf8');

function found(text: string, secretOf?: SecretOf): readonly SettingsProblem[] {
  try {
    parseEscalationSettings(text, secretOf);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}
const problemsOf = (text: string): readonly string[] => found(text).map(inWords);

const lineOf = (text: string, fragment: string): number =>
  text.slice(0, text.indexOf(fragment)).split('\n').length;

describe('the escalation settings that come with the engine', () => {
  it('are the alarm model of the domain, and the lifecycle starts from the same numbers', () => {
    const settings = readEscalationSettings(undefined);
    const { signalDelayMs, reminderMs, escalationMs } = settings;
    expect({ signalDelayMs, reminderMs, escalationMs }).toEqual({
      signalDelayMs: DEFAULT_POLICY.signalDelayMs,
      reminderMs: DEFAULT_POLICY.reminderMs,
      escalationMs: DEFAULT_POLICY.escalationMs,
    });
    expect(chainFor(settings, 'West', undefined)).toEqual(['nurse', 'charge_nurse', 'physician']);
  });
});

describe('a chain', () => {
  const chains = `
chains:
  standard: { steps: [nurse, charge_nurse], continue_with: house }
  icu: { steps: [nurse], continue_with: house }
  house: { steps: [physician] }
assignments:
  - { region: West, ward: ICU, chain: icu }
  - { region: West, chain: house }
  - { chain: standard }
`;
  const settings = parseEscalationSettings(withChains(chains));

  it.each([
    ['West', 'ICU', ['nurse', 'physician']],
    ['West', 'B2', ['physician']],
    ['West', undefined, ['physician']],
    ['Midwest', 'ICU', ['nurse', 'charge_nurse', 'physician']],
  ])('of %s, %s is %o', (region, ward, steps) => {
    expect(chainFor(settings, region, ward)).toEqual(steps);
  });
});

function withChains(chains: string): string {
  return yaml.replace(/chains:[^]*?(?=\n# Beside)/, chains.trim());
}

describe('refused, with the line and the reason', () => {
  it.each([
    [
      'an unknown role',
      'steps: [nurse, charge_nurse, physician]',
      'steps: [nurse, matron]',
      'matron',
      'chains.standard.steps.1',
    ],
    ['an empty chain', 'steps: [nurse, charge_nurse, physician]', 'steps: []', 'steps: []', 'is empty'],
    ['a negative delay', 'medium: 300', 'medium: -1', 'medium: -1', 'escalate_after_s.medium'],
    [
      'a chain that is not there',
      '- chain: standard',
      '- chain: nights',
      '- chain: nights',
      'there is no chain nights',
    ],
    [
      'patients without a chain',
      '- chain: standard',
      '- { region: West, chain: standard }',
      '- { region: West',
      'everyone has a chain',
    ],
    [
      'a recipient who cannot be reached',
      'recipients: []',
      'recipients:\n  - { name: Bo, role: nurse }',
      '- { name: Bo',
      'a webhook or an email',
    ],
    [
      'an email without a relay',
      'recipients: []',
      'recipients:\n  - { name: Bo, role: nurse, email: b@h.org }',
      '- { name: Bo',
      'smtp',
    ],
    ['a setting nobody knows', 'per_minute: 10', 'per_minute: 10\nper_hour: 3', 'zzz', 'per_hour'],
  ])('%s', (_what, from, to, at, reason) => {
    const text = yaml.replace(from, to);
    expect(text).not.toBe(yaml);
    const [problem = ''] = problemsOf(text);
    expect(problem).toContain(reason);
    if (text.includes(at)) expect(problem).toMatch(new RegExp(`^line ${lineOf(text, at)}:`));
  });

  it('a chain without an end', () => {
    const text = withChains(`
chains:
  standard: { steps: [nurse], continue_with: house }
  house: { steps: [physician], continue_with: standard }
assignments:
  - chain: standard
`);
    expect(problemsOf(text)).toEqual([
      `line ${lineOf(text, 'house }\n')}: chains.standard.continue_with: the chain has no end: standard -> house -> standard`,
      `line ${lineOf(text, 'standard }\n')}: chains.house.continue_with: the chain has no end: house -> standard -> house`,
    ]);
  });

  it('what is no YAML', () => {
    expect(problemsOf('chains: [')[0]).toMatch(/^line 1/);
  });
});

describe('each problem has the line it stands on', () => {
  const lines = [
    'signal_delay_s: { low: 0, medium: 0, high: 0, critical: 0 }',
    'remind_after_s: { low: 600, medium: 600, high: 180, critical: 180 }',
    'escalate_after_s: { medium: 300, high: 60, critical: 30 }',
    'chains:',
    '  day: { steps: [nurse] }',
    '  night:',
    '    steps: [charge_nurse]',
    '    continue_with: day',
    'assignments:',
    '  - { region: West, chain: night }',
    '  - chain: day',
    'recipients: []',
    'group_s: 60',
    'per_minute: 10',
  ];
  const withLine = (line: number, text: string): string => lines.with(line - 1, text).join('\n');
  const pager = (secret: string): string =>
    `recipients:\n  - name: Pager\n    role: nurse\n    webhook:\n      url: https://pager.example/\n      secret_env: ${secret}`;

  it('or none, where nothing is wrong', () => expect(found(lines.join('\n'))).toEqual([]));

  it.each<[string, string, SettingsProblem[]]>([
    [
      'a chain without an end, in each of its parts',
      withLine(5, '  day: { steps: [nurse], continue_with: night }'),
      [
        { line: 5, path: 'chains.day.continue_with', reason: 'the chain has no end: day -> night -> day' },
        {
          line: 8,
          path: 'chains.night.continue_with',
          reason: 'the chain has no end: night -> day -> night',
        },
      ],
    ],
    [
      'a chain that goes on with itself',
      withLine(8, '    continue_with: night'),
      [{ line: 8, path: 'chains.night.continue_with', reason: 'the chain has no end: night -> night' }],
    ],
    [
      'a negative delay',
      withLine(3, 'escalate_after_s:\n  medium: 300\n  high: -60'),
      [{ line: 5, path: 'escalate_after_s.high', reason: 'Too small: expected number to be >0' }],
    ],
    [
      'an unknown setting of a recipient',
      withLine(12, `${pager('PAGER')}\n    pager: 12`),
      [{ line: 18, path: 'recipients.0.pager', reason: 'is unknown' }],
    ],
    [
      'a webhook whose secret is not set',
      withLine(12, pager('PAGEER')),
      [
        {
          line: 17,
          path: 'recipients.0.webhook.secret_env',
          reason: 'PAGEER is not set in the environment',
        },
      ],
    ],
  ])('%s', (_, text, expected) => {
    expect(found(text, (name) => (name === 'PAGER' ? 'a secret' : undefined))).toEqual(expected);
  });
});

it('a file that is not there, or is wrong, is named with its setting', () => {
  expect(() => readEscalationSettings('/nowhere/escalation.yaml')).toThrow(/^ESCALATION_FILE: \/nowhere/);
});
