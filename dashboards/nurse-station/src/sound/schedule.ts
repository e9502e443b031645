/**
 * Which bursts are to be on the audio clock: pure. They are laid ahead by more than a minute, for the timers of a hidden tab may fire but
 * once in one; whatever changes what is audible comes over the WebSocket, which is not throttled.
 */
import type { Priority } from '../feed/patient.ts';
import { burstLength, BURSTS } from './burst.ts';

export const HORIZON_S = 75;
/** The audio thread must have heard of a burst before it begins. */
const LEAD_S = 0.05;

export interface SoundPlan {
  readonly priority: Priority | undefined;
  /** On the audio clock: when the first burst that is not laid yet would begin. */
  readonly nextAt: number;
}

export interface SoundStep {
  readonly plan: SoundPlan;
  /** What was laid before must be taken back. */
  readonly cancel: boolean;
  /** Seconds on the audio clock at which bursts of the plan's priority begin. */
  readonly starts: readonly number[];
}

export const SILENT: SoundPlan = { priority: undefined, nextAt: 0 };

/** `wanted` is the highest priority that is audible; `now` in seconds of the audio clock. */
export function planBursts(plan: SoundPlan, wanted: Priority | undefined, now: number): SoundStep {
  const changed = wanted !== plan.priority;
  if (wanted === undefined) return { plan: SILENT, cancel: changed, starts: [] };
  const period = burstLength(BURSTS[wanted]) + BURSTS[wanted].interval;
  const starts: number[] = [];
  // A plan that ran out, because no timer fired for longer than it reached, goes on at once.
  let next = changed ? now + LEAD_S : Math.max(plan.nextAt, now + LEAD_S);
  for (; next < now + HORIZON_S; next += period) starts.push(next);
  return { plan: { priority: wanted, nextAt: next }, cancel: changed, starts };
}
