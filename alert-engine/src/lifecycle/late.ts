import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';

/** An event older than this by the wall clock tells of the past: above what clocks, delivery and processing take together. */
export const LATE_AFTER_MS = 60_000;

/** How long what is told late stays silent: its end, where it has one, comes in the same catching up. */
export const LATE_HOLD_OFF_MS = 10_000;

export const isLate = (condition: ConditionEvent, nowMs: number): boolean =>
  nowMs - condition.atMs > LATE_AFTER_MS;

/**
 * The condition began and ended in a backlog, and nobody has been told of it: there is nothing left to come for. An end that is not late
 * itself is no such end: whoever was in danger a moment ago has to be looked at.
 */
export const isOverUnheard = (alert: Alert, end: ConditionEvent, nowMs: number): boolean =>
  alert.late &&
  alert.status === 'pending' &&
  (alert.silence === 'delayed' || alert.silence === 'inhibited') &&
  isLate(end, nowMs);
