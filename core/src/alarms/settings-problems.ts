/** What is wrong with alarm settings that are well formed: checks across settings, each with where it stands and why. */
import type { Finding } from '../settings/parse-settings.ts';
import { VITALS, type VitalName } from '../vitals/vital.ts';
import { PRIORITY_RANK, type Side } from './condition.ts';
import { inOrder, type FileLimits, type SettingsFile } from './settings-schema.ts';

export function settingsProblems(file: SettingsFile): Finding[] {
  const profiles = Object.entries(file.profiles ?? {});
  return [
    ...unknownDelays(file),
    ...crossedLimits(['limits'], file.limits),
    ...profiles.flatMap(([profile, limits]) => crossedLimits(['profiles', profile], ownOf(file, limits))),
    ...tooFarReaching(file, ['limits'], file.limits),
    ...profiles.flatMap(([profile, limits]) =>
      tooFarReaching(file, ['profiles', profile], ownOf(file, limits)),
    ),
    ...scorePriorities(file),
    ...batteryMargin(file),
    ...unknownStuck(file),
    ...trendProblems(file),
  ];
}

/** Without what the profile takes over from the adults, which is judged there. */
function ownOf(file: SettingsFile, limits: FileLimits): FileLimits {
  const adult = (vital: string): string => JSON.stringify(file.limits[vital as VitalName]);
  return Object.fromEntries(
    Object.entries(limits).filter(([vital, own]) => JSON.stringify(own) !== adult(vital)),
  );
}

function unknownDelays(file: SettingsFile): Finding[] {
  const known: readonly string[] = ['default', 'critical', ...VITALS];
  return Object.keys(file.condition_delay_s)
    .filter((key) => !known.includes(key))
    .map((key) => ({ path: ['condition_delay_s', key], reason: 'is no vital' }));
}

/** A worse tier must lie further out, and the mildest low limit below the mildest high one. */
function crossedLimits(at: readonly string[], limits: FileLimits): Finding[] {
  return Object.entries(limits).flatMap(([vital, { low, high }]) => {
    const [lowest, highest] = [inOrder(low)[0], inOrder(high)[0]];
    const problems = [
      ...misordered([...at, vital], 'low', inOrder(low)),
      ...misordered([...at, vital], 'high', inOrder(high)),
    ];
    if (lowest && highest && lowest[1] >= highest[1]) {
      const reason = `low limit ${lowest[1]} is not below the high limit ${highest[1]}`;
      problems.push({ path: [...at, vital, 'low'], reason });
    }
    return problems;
  });
}

function misordered(at: readonly string[], side: Side, tiers: ReturnType<typeof inOrder>): Finding[] {
  return tiers.flatMap(([priority, limit], index) => {
    const milder = tiers[index - 1];
    if (!milder || (side === 'low' ? limit < milder[1] : limit > milder[1])) return [];
    const direction = side === 'low' ? 'below' : 'above';
    const reason = `${limit} must be ${direction} the ${milder[0]} limit ${milder[1]}`;
    return [{ path: [...at, side, priority], reason }];
  });
}

/** A patient's limit past the critical one would switch the critical alarm off. */
function tooFarReaching(file: SettingsFile, at: readonly string[], limits: FileLimits): Finding[] {
  return (Object.keys(file.override_reach ?? {}) as VitalName[]).flatMap((vital) =>
    (['low', 'high'] as const).flatMap((side) => {
      const reach = file.override_reach?.[vital]?.[side] ?? 0;
      const tiers = inOrder(limits[vital]?.[side]);
      const [mildest, critical] = [tiers[0], tiers.find(([priority]) => priority === 'critical')];
      if (!mildest || !critical || Math.abs(critical[1] - mildest[1]) >= reach) return [];
      const reason = `${reach} reaches from ${mildest[1]} past the critical limit ${critical[1]} of ${at.join('.')}`;
      return [{ path: ['override_reach', vital, side], reason }];
    }),
  );
}

function scorePriorities(file: SettingsFile): Finding[] {
  const score = file.early_warning_score;
  if (!score) return [];
  const milder = (one: 'single_three' | 'five', other: 'five' | 'seven'): Finding[] =>
    PRIORITY_RANK[score[one]] <= PRIORITY_RANK[score[other]]
      ? []
      : [
          {
            path: ['early_warning_score', other],
            reason: `${score[other]} is milder than ${score[one]} of ${one}`,
          },
        ];
  return [...milder('single_three', 'five'), ...milder('five', 'seven')];
}

function batteryMargin(file: SettingsFile): Finding[] {
  const battery = file.technical?.battery_low;
  if (!battery || battery.clear_percent >= battery.below_percent) return [];
  const reason = `${battery.clear_percent} is below ${battery.below_percent}, where it begins`;
  return [{ path: ['technical', 'battery_low', 'clear_percent'], reason }];
}

function unknownStuck(file: SettingsFile): Finding[] {
  const known: readonly string[] = VITALS.map((vital) => `${vital}_s`);
  return Object.keys(file.technical?.value_stuck ?? {})
    .filter((key) => !known.includes(key))
    .map((key) => ({ path: ['technical', 'value_stuck', key], reason: 'is no vital with _s' }));
}

function trendProblems(file: SettingsFile): Finding[] {
  const trends = file.trends ?? [];
  return trends.flatMap(({ vital, direction, by, margin }, index): Finding[] => {
    const same = trends.findIndex((other) => other.vital === vital && other.direction === direction);
    if (same < index) {
      return [{ path: ['trends', index], reason: `there is one for ${direction} ${vital} already` }];
    }
    if (margin < by) return [];
    return [
      {
        path: ['trends', index, 'margin'],
        reason: `${margin} is not less than ${by}, and it would never end`,
      },
    ];
  });
}
