import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import { SYSTEM, applied, ignored, type Outcome } from './outcome.ts';
import { isPaused } from './timers.ts';
import type { LifecyclePolicy } from './policy.ts';

/** Somebody said "I see it", and it is still so: audible again until somebody says so again. During a pause the reminder waits. */
export function remind(alert: Alert, nowMs: number, policy: LifecyclePolicy): Outcome {
  if (alert.status !== 'acknowledged') return ignored('not_due');
  if (alert.reminderDueMs === undefined || alert.reminderDueMs > nowMs) return ignored('not_due');
  const reminderDueMs = nowMs + policy.reminderMs[alert.priority];
  if (isPaused(alert, nowMs, policy)) {
    return applied(alert, {
      event: 'updated',
      actor: SYSTEM,
      atMs: nowMs,
      reason: 'reminder waits for the end of the pause',
      changes: { reminderDueMs: policy.pause?.untilMs },
    });
  }
  return applied(alert, {
    event: 'updated',
    actor: SYSTEM,
    atMs: nowMs,
    reason: 'reminder',
    changes: { remindedAtMs: nowMs, reminderDueMs },
  });
}
