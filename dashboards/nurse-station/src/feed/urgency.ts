/** Which alert a nurse should see first. */
import { PRIORITY_RANK } from '@vitalwire/core/alarms/condition.ts';
import type { Alert } from './patient.ts';

/**
 * Higher is more urgent. Nobody has seen it: above all that somebody has. Within these the patient's alarms stand above technical ones, then the
 * priority counts, then whether the condition still lasts. A crossing that is still timed counts for nothing: tiles would move for noise.
 */
export function urgencyOf(alert: Alert): number {
  const unseen = alert.status === 'pending' ? 200 : 100;
  const body = alert.kind === 'physiological' ? 50 : 0;
  const lasting = alert.endedAtMs === undefined ? 1 : 0;
  return unseen + body + PRIORITY_RANK[alert.priority] * 2 + lasting;
}

export const isLatched = (alert: Alert): boolean =>
  alert.endedAtMs !== undefined && alert.status === 'pending';

/** Most urgent first, then the newest; the id makes the order total. */
export function byUrgency(a: Alert, b: Alert): number {
  return urgencyOf(b) - urgencyOf(a) || b.raisedAtMs - a.raisedAtMs || (a.id < b.id ? -1 : 1);
}
