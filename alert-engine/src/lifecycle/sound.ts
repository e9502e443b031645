import type { Alert, Silence } from '@vitalwire/core/alarms/alert.ts';
import { SYSTEM, applied, ignored, type Outcome } from './outcome.ts';
import type { LifecyclePolicy } from './policy.ts';
import { isPaused, sounding } from './timers.ts';

/**
 * A signal that was kept quiet begins: its delay has passed, the pause is over, or what inhibited it is gone. The escalation counts from
 * here: nobody could have acknowledged what nobody heard.
 */
export function sound(
  alert: Alert,
  reason: string,
  actor: string,
  nowMs: number,
  policy: LifecyclePolicy,
): Outcome {
  if (alert.status !== 'pending' || alert.silence === undefined) return ignored('already');
  return applied(alert, {
    event: 'updated',
    actor,
    atMs: nowMs,
    reason,
    changes: sounding(undefined, alert, nowMs, policy),
  });
}

const REASONS: Readonly<Record<Silence, string>> = {
  paused: 'pause ended',
  delayed: 'signal delay passed',
  inhibited: 'signal restored',
};

/** The due time has come. A pause set meanwhile holds a delayed signal for longer; a paused one has had its time. */
export function soundWhenDue(alert: Alert, nowMs: number, policy: LifecyclePolicy): Outcome {
  if (alert.signalDueMs === undefined || alert.signalDueMs > nowMs) return ignored('not_due');
  if (alert.silence === 'delayed' && isPaused(alert, nowMs, policy)) {
    return applied(alert, {
      event: 'updated',
      actor: SYSTEM,
      atMs: nowMs,
      reason: 'alarms paused',
      changes: { silence: 'paused', signalDueMs: policy.pause?.untilMs },
    });
  }
  // One that was held off as late, while a technical alarm speaks for it.
  if (alert.silence === 'delayed' && policy.inhibits(alert.type)) {
    return applied(alert, {
      event: 'updated',
      actor: SYSTEM,
      atMs: nowMs,
      reason: 'a technical alarm speaks for it',
      changes: { silence: 'inhibited', signalDueMs: nowMs },
    });
  }
  // Always due, and looked at again and again: however the cause went, nothing stays silent for want of somebody to say so.
  if (alert.silence === 'inhibited' && policy.inhibits(alert.type)) return ignored('not_due');
  const reason = REASONS[alert.silence ?? 'delayed'];
  return sound(alert, reason, SYSTEM, nowMs, policy);
}
