import { trendType, type TrendType } from '@vitalwire/core/alarms/condition.ts';
import { limitsFor } from '@vitalwire/core/alarms/patient-limits.ts';
import type { AlarmSettings, TrendSettings } from '@vitalwire/core/alarms/settings.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { limitRules, type LimitRule } from '../operators/limit-rule.ts';
import type { PatientContext } from './patient-context.ts';

/** Alarm settings as the operators take them: everything looked up once, not at every reading. */
export interface Rulebook {
  readonly settings: AlarmSettings;
  /** Of a patient of whom nothing is recorded. */
  readonly adult: readonly LimitRule[];
  /** By vital, in the order of VITALS. */
  readonly trends: readonly (readonly TrendRule[])[];
  /** By vital, how long the same value is believed; undefined where no vital is watched for it. */
  readonly stuckAfterMs: readonly (number | undefined)[] | undefined;
  readonly limitsOf: (context: PatientContext | null) => readonly LimitRule[];
}

export interface TrendRule extends TrendSettings {
  readonly type: TrendType;
}

export function rulebookOf(settings: AlarmSettings): Rulebook {
  const adult = limitRules(settings, limitsFor(settings, 'adult', {}));
  const byContext = new WeakMap<PatientContext, readonly LimitRule[]>();
  const stuck = VITALS.map((vital) => settings.technical.valueStuckMs[vital]);
  return {
    settings,
    adult,
    trends: VITALS.map((vital) =>
      settings.trends
        .filter((rule) => rule.vital === vital)
        .map((rule) => ({ ...rule, type: trendType(rule.direction, vital) })),
    ),
    stuckAfterMs: stuck.some((ms) => ms !== undefined) ? stuck : undefined,
    limitsOf(context) {
      if (context === null) return adult;
      let rules = byContext.get(context);
      if (rules === undefined) {
        rules = limitRules(settings, limitsFor(settings, context.profile, context.limits));
        byContext.set(context, rules);
      }
      return rules;
    },
  };
}

/** The rulebook of the settings a state is judged by; the one used last is at hand. */
export function rulebooks(): (settings: AlarmSettings) => Rulebook {
  const known = new WeakMap<AlarmSettings, Rulebook>();
  let last: Rulebook | undefined;
  return (settings) => {
    if (last !== undefined && last.settings === settings) return last;
    last = known.get(settings) ?? rulebookOf(settings);
    known.set(settings, last);
    return last;
  };
}
