import type { Reading } from '@vitalwire/core/vitals/reading.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';

/**
 * A vital marked NOT_AVAILABLE for 10 s of event time: a lead is off (technical condition `lead_off`, priority low). One condition a
 * patient, however many leads; it ends with the first reading that marks none of the vitals that were marked. A reading that says
 * nothing of a marked vital leaves it marked.
 */
export interface LeadOffState {
  /** By vital in the order of VITALS: first reading that marked it; undefined where it is not marked. */
  readonly sinceMs: readonly (number | undefined)[];
  /** Onset of the condition, while it is present. */
  readonly onsetMs: number | undefined;
}

export const LEAD_OFF_DELAY_MS = 10_000;

export interface LeadOffStep {
  /** `null`: every lead is on. */
  readonly state: LeadOffState | null;
  readonly change: { readonly event: 'began' | 'ended'; readonly onsetMs: number } | undefined;
}

const ALL_ON: LeadOffStep = Object.freeze({ state: null, change: undefined });

export function judgeLeadOff(state: LeadOffState | null, reading: Reading, atMs: number): LeadOffStep {
  const sinceMs = VITALS.map((vital, index) => {
    const before = state?.sinceMs[index];
    const mark = reading.validity[vital];
    if (mark === 'not_available') return before ?? atMs;
    return mark === undefined && reading.vitals[vital] === undefined ? before : undefined;
  });
  const marked = sinceMs.filter((since) => since !== undefined);
  if (marked.length === 0) {
    if (state?.onsetMs === undefined) return ALL_ON;
    return { state: null, change: { event: 'ended', onsetMs: state.onsetMs } };
  }
  const onsetMs = Math.min(...marked);
  if (state?.onsetMs !== undefined || atMs - onsetMs < LEAD_OFF_DELAY_MS) {
    return { state: { sinceMs, onsetMs: state?.onsetMs }, change: undefined };
  }
  return { state: { sinceMs, onsetMs }, change: { event: 'began', onsetMs } };
}
