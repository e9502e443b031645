import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { suspendLimit, type LimitState } from './judge-limit.ts';

/**
 * What is remembered of a patient's limits, by limit rule (two a vital, low then high, in the order of VITALS); null where the value is
 * inside. Null as a whole while all are, so that nearly every reading need not look at twelve.
 */
export type LimitStates = (LimitState | null)[] | null;

export const LIMITS = 2 * VITALS.length;

export const limitAt = (states: LimitStates, index: number): LimitState | null =>
  states === null ? null : (states[index] ?? null);

/** Takes one limit's state in, in place; answers all of them. */
export function withLimit(states: LimitStates, index: number, state: LimitState | null): LimitStates {
  if (states === null) {
    if (state === null) return null;
    states = Array.from({ length: LIMITS }, () => null);
  }
  states[index] = state;
  return state === null && states.every((each) => each === null) ? null : states;
}

/** What stays of all while nobody can look. */
export function suspendLimits(states: LimitStates): LimitStates {
  if (states === null) return null;
  const suspended = states.map(suspendLimit);
  return suspended.every((each) => each === null) ? null : suspended;
}
