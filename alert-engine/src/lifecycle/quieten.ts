import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import { applied, ignored, type Outcome } from './outcome.ts';
import type { LifecyclePolicy } from './policy.ts';
import { NO_TIMERS, isPaused } from './timers.ts';

/** A nurse pauses the patient's alarms: what nobody has acknowledged falls silent until the pause ends. An escalation starts over then. */
export function quieten(alert: Alert, actor: string, nowMs: number, policy: LifecyclePolicy): Outcome {
  const { pause } = policy;
  if (!pause || !isPaused(alert, nowMs, policy)) return ignored('already');
  if (alert.status !== 'pending') return ignored('already');
  if (alert.silence === 'paused' && alert.signalDueMs === pause.untilMs) return ignored('already');
  return applied(alert, {
    event: 'updated',
    actor,
    atMs: nowMs,
    reason: 'alarms paused',
    changes: { ...NO_TIMERS, silence: 'paused', signalDueMs: pause.untilMs },
  });
}
