import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VITALS } from '../vitals/vital.ts';
import { limitsFor, overrideBounds, overrideProblems, type LimitOverrides } from './patient-limits.ts';
import { PROFILES, profileOf, type PatientProfile } from './profile.ts';
import { parseAlarmSettings, type LimitTier } from './settings.ts';

const yaml = readFileSync(new URL('../../config/alarms.yaml', import.meta.url), 'utf8');
const settings = parseAlarmSettings(yaml);

const shown = (tiers: readonly LimitTier[]): string =>
  tiers.map(({ priority, limit }) => `${priority} ${limit}`).join(', ');
const low = (profile: PatientProfile, overrides: LimitOverrides = {}): string =>
  shown(limitsFor(settings, profile, overrides).oxygen_saturation.low);

describe('the profile', () => {
  it.each([
    [0.1, 'paediatric_under_3_months'],
    [0.25, 'paediatric_to_6_months'],
    [0.5, 'paediatric_to_5_years'],
    [5, 'paediatric_to_12_years'],
    [12, 'paediatric_older'],
    [15.9, 'paediatric_older'],
    [16, 'adult'],
    [undefined, 'adult'],
  ] as const)('at %s years is %s', (age, profile) => expect(profileOf({ age })).toBe(profile));

  it('that is recorded goes before the age', () =>
    expect(profileOf({ age: 0, profile: 'neonate' })).toBe('neonate'));
});

describe("a patient's limits", () => {
  it.each([
    ['paediatric_under_3_months', '110–170', '25–60'],
    ['paediatric_to_6_months', '105–165', '25–55'],
    ['paediatric_to_5_years', '85–150', '20–40'],
    ['paediatric_to_12_years', '70–135', '16–34'],
    ['paediatric_older', '60–100', '14–25'],
    ['adult', '50–120', '8–30'],
  ] as const)('of %s are %s and %s', (profile, heart, breath) => {
    const { heartbeat, respiratory_rate } = limitsFor(settings, profile, {});
    const range = (sides: typeof heartbeat): string => `${sides.low[0]?.limit}–${sides.high[0]?.limit}`;
    expect([range(heartbeat), range(respiratory_rate)]).toEqual([heart, breath]);
  });

  it('alarm on SpO₂ far below the low limit as critical', () => {
    expect(low('adult')).toBe('medium 90, critical 80');
    expect(low('neonate')).toBe('medium 85, critical 80');
    expect(low('adult', { oxygen_saturation: { low: 95 } })).toBe('medium 95, critical 85');
    expect(low('adult', { oxygen_saturation: { low: 85 } })).toBe('medium 85, critical 80');
  });

  it('set for the patient replace the mildest, and what lies further in', () => {
    const high = (limit: number): string =>
      shown(limitsFor(settings, 'adult', { heartbeat: { high: limit } }).heartbeat.high);
    expect(high(110)).toBe('medium 110, high 130, critical 150');
    expect(high(140)).toBe('medium 140, critical 150');
    expect(high(150)).toBe('medium 150, critical 150');
  });

  it('stay within what the deployment allows', () => {
    expect(overrideBounds(settings, 'adult', 'heartbeat', 'high')).toEqual({ min: 90, max: 150 });
    expect(low('adult', { oxygen_saturation: { low: 20 } })).toBe('medium 80, critical 80');
    expect(overrideProblems(settings, 'adult', { heartbeat: { high: 151 } })).toEqual([
      'heartbeat high: 151 is outside 90..150',
    ]);
    expect(overrideProblems(settings, 'adult', { heartbeat: { high: 150, low: 55 } })).toEqual([]);
    expect(overrideProblems(settings, 'paediatric_older', { heartbeat: { high: 70, low: 70 } })).toEqual([
      'heartbeat: low 70 is not below high 70',
    ]);
  });

  it('that would cross are the profile’s own', () => {
    const { heartbeat } = limitsFor(settings, 'paediatric_older', { heartbeat: { high: 70, low: 70 } });
    expect([heartbeat.low[0]?.limit, heartbeat.high[0]?.limit]).toEqual([60, 100]);
  });

  it('may be more than the profile has, timed as the vital is', () => {
    expect(limitsFor(settings, 'adult', { oxygen_saturation: { high: 98 } }).oxygen_saturation.high).toEqual([
      { priority: 'medium', limit: 98, delayMs: 15_000 },
    ]);
  });

  it('never switch an alarm off, whatever is asked for', () => {
    for (const profile of PROFILES) {
      for (const vital of VITALS) {
        for (const limit of [-1e9, 0, 50, 100, 1e9]) {
          const own = limitsFor(settings, profile, { [vital]: { low: limit, high: limit } })[vital];
          const usual = settings.profiles[profile][vital];
          for (const side of ['low', 'high'] as const) {
            const has = (tiers: readonly LimitTier[]): boolean =>
              tiers.some((t) => t.priority === 'critical');
            expect(own[side].length > 0 || usual[side].length === 0).toBe(true);
            expect(has(own[side]) || !has(usual[side])).toBe(true);
          }
        }
      }
    }
  });
});
