import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import { SYSTEM, applied, ignored, type Outcome } from './outcome.ts';
import type { LifecyclePolicy } from './policy.ts';
import { hasFurtherStep, nextStepMs } from './timers.ts';

/** Nobody has acknowledged it in time: the next of the chain is told. Late by however long no engine ran, and once; the next step counts from now. */
export function escalate(alert: Alert, nowMs: number, policy: LifecyclePolicy): Outcome {
  if (alert.status !== 'pending') return ignored('not_due');
  if (alert.escalationDueMs === undefined || alert.escalationDueMs > nowMs) return ignored('not_due');
  return nextStep(alert, SYSTEM, 'not acknowledged in time', nowMs, policy);
}

/** Who was told at a step says that they cannot come: the next of the chain is told now, not when the time is over. The chain still ends. */
export function refuse(
  alert: Alert,
  actor: string,
  refusedStep: number,
  nowMs: number,
  policy: LifecyclePolicy,
): Outcome {
  if (alert.status !== 'pending' || alert.escalationDueMs === undefined) return ignored('not_due');
  if (alert.escalationStep !== refusedStep) return ignored('already');
  return nextStep(alert, actor, 'refused', nowMs, policy);
}

function nextStep(
  alert: Alert,
  actor: string,
  reason: string,
  nowMs: number,
  policy: LifecyclePolicy,
): Outcome {
  if (!hasFurtherStep(alert, policy)) return ignored('chain_ended');
  const escalationStep = alert.escalationStep + 1;
  return applied(alert, {
    event: 'escalated',
    actor,
    atMs: nowMs,
    reason,
    changes: {
      escalationStep,
      escalationDueMs: nextStepMs({ ...alert, escalationStep }, nowMs, policy),
    },
  });
}
