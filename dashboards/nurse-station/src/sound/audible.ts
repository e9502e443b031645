/** What should be heard at this moment: pure. */
import { PRIORITY_RANK } from '@vitalwire/core/alarms/condition.ts';
import type { Alert, Pause, Priority } from '../feed/patient.ts';
import { awaitsAcknowledgement } from '../feed/urgency.ts';

/** The engine's word decides where it gives one; else whether anybody has said "I see it", and the patient's pause. */
export function isAudible(alert: Alert, pause: Pause | undefined, nowMs: number): boolean {
  if (alert.signal !== undefined) return alert.signal === 'on' || alert.signal === 'latched';
  if (!awaitsAcknowledgement(alert)) return false;
  const paused =
    pause !== undefined &&
    pause.untilMs > nowMs &&
    PRIORITY_RANK[alert.priority] <= PRIORITY_RANK[pause.priority];
  return !paused;
}

export const higher = (a: Priority | undefined, b: Priority | undefined): Priority | undefined =>
  rank(a) >= rank(b) ? a : b;

const rank = (priority: Priority | undefined): number =>
  priority === undefined ? 0 : PRIORITY_RANK[priority];

/** This station alone is quiet for a while. What is more urgent than that which was muted is heard nevertheless. */
export interface Mute {
  readonly untilMs: number;
  readonly priority: Priority;
}

export const MUTE_MS = 120_000;

export function heard(
  wanted: Priority | undefined,
  mute: Mute | undefined,
  nowMs: number,
): Priority | undefined {
  if (mute === undefined || mute.untilMs <= nowMs) return wanted;
  return rank(wanted) > rank(mute.priority) ? wanted : undefined;
}
