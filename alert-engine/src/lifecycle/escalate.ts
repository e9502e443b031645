import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import { SYSTEM, applied, ignored, type Outcome } from './outcome.ts';
import type { LifecyclePolicy } from './policy.ts';
import { nextStepMs } from './timers.ts';

/** Nobody has acknowledged it in time: the next of the chain is told. Late by however long no engine ran, and once; the next step counts from now. */
export function escalate(alert: Alert, nowMs: number, policy: LifecyclePolicy): Outcome {
  if (alert.status !== 'pending') return ignored('not_due');
  if (alert.escalationDueMs === undefined || alert.escalationDueMs > nowMs) return ignored('not_due');
  const escalationStep = alert.escalationStep + 1;
  return applied(alert, {
    event: 'escalated',
    actor: SYSTEM,
    atMs: nowMs,
    reason: 'not acknowledged in time',
    changes: {
      escalationStep,
      escalationDueMs: nextStepMs({ ...alert, escalationStep }, nowMs, policy),
    },
  });
}
