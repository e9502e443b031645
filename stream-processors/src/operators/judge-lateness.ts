import type { TechnicalSettings } from '@vitalwire/core/alarms/settings.ts';

/**
 * The patient's readings arrive late (`feed_late`): the newest one is more than `behindMs` old at its arrival, and has been for
 * `lastingMs` of processing time, so that a backlog which is being delivered is none. Ends with the first that is not.
 */
export interface LatenessState {
  /** Event time of the first late reading. */
  readonly onsetMs: number;
  readonly sinceArrivalMs: number;
  readonly present: boolean;
}

export interface LatenessStep {
  readonly state: LatenessState | null;
  readonly change: { readonly event: 'began' | 'ended'; readonly onsetMs: number } | undefined;
}

const ON_TIME: LatenessStep = Object.freeze({ state: null, change: undefined });

export function judgeLateness(
  state: LatenessState | null,
  rule: TechnicalSettings['feedLate'],
  newest: { readonly atMs: number; readonly arrivalMs: number },
): LatenessStep {
  const { atMs, arrivalMs } = newest;
  if (rule === undefined || arrivalMs - atMs <= rule.behindMs) {
    return state?.present ? { state: null, change: { event: 'ended', onsetMs: state.onsetMs } } : ON_TIME;
  }
  if (state === null) {
    return { state: { onsetMs: atMs, sinceArrivalMs: arrivalMs, present: false }, change: undefined };
  }
  if (state.present || arrivalMs - state.sinceArrivalMs < rule.lastingMs) return { state, change: undefined };
  return { state: { ...state, present: true }, change: { event: 'began', onsetMs: state.onsetMs } };
}
