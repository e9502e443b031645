import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import { applied, ignored, type Outcome } from './outcome.ts';

/** The alert has lost what it is about (the patient was discharged, a storm speaks for it): resolved in any state, with the reason. */
export function close(alert: Alert, actor: string, reason: string, nowMs: number): Outcome {
  if (alert.status === 'resolved') return ignored('closed');
  return applied(alert, {
    event: 'resolved',
    actor,
    atMs: nowMs,
    reason,
    changes: { status: 'resolved', resolvedBy: actor, resolvedAtMs: nowMs },
  });
}
