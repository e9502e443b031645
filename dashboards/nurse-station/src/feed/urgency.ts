/** Which alert a nurse should see first. */
import { PRIORITY_RANK } from '@vitalwire/core/alarms/condition.ts';
import type { Alert } from './patient.ts';

/**
 * Higher is more urgent: first by what kind of worry it is, then by priority, then whether the condition still lasts, then a limit before a
 * score: the score follows from the number that crossed, and says less of what to do. A crossing that is still timed counts for nothing:
 * tiles would move for noise.
 */
export function urgencyOf(alert: Alert): number {
  const lasting = alert.endedAtMs === undefined ? 2 : 0;
  const specific = alert.type === 'early_warning_score' ? 0 : 1;
  return worryOf(alert) * 100 + PRIORITY_RANK[alert.priority] * 10 + lasting + specific;
}

/** A patient nobody can watch comes before one whom somebody has seen to; a low battery comes after. */
function worryOf({ kind, status, priority }: Alert): number {
  const unseen = status === 'pending';
  if (kind === 'physiological') return unseen ? 5 : 3;
  if (!unseen) return 1;
  return priority === 'low' ? 2 : 4;
}

export const isLatched = (alert: Alert): boolean =>
  alert.endedAtMs !== undefined && alert.status === 'pending';

/** Out of a backlog, and perhaps over: the engine waits for its end, and nothing sounds, flashes or is said meanwhile. */
export const isHeldOff = ({ late, signal }: Alert): boolean => late && signal === 'delayed';

/** Nobody has said "I see it", or not again since the alert was said again. */
export const awaitsAcknowledgement = ({ status, remindedAtMs }: Alert): boolean =>
  status === 'pending' || (status === 'acknowledged' && remindedAtMs !== undefined);

/** Most urgent first, then the newest; the id makes the order total. */
export function byUrgency(a: Alert, b: Alert): number {
  return urgencyOf(b) - urgencyOf(a) || b.raisedAtMs - a.raisedAtMs || (a.id < b.id ? -1 : 1);
}
