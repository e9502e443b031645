import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import { applied, ignored, type Outcome } from './outcome.ts';
import { stateOf } from './state.ts';

/** "I see it": idempotent, the first to say so is the one recorded, and after a reminder the first to say so again. A latched alert has nothing left to wait for and is resolved. */
export function acknowledge(alert: Alert, actor: string, nowMs: number): Outcome {
  const acknowledged = { acknowledgedBy: actor, acknowledgedAtMs: nowMs };
  const state = stateOf(alert);
  if (state === 'resolved') return ignored('closed');
  if (state === 'acknowledged' && alert.remindedAtMs === undefined) return ignored('already');
  if (state === 'latched') {
    return applied(alert, {
      event: 'resolved',
      actor,
      atMs: nowMs,
      reason: 'acknowledged after the condition ended',
      changes: { ...acknowledged, status: 'resolved', resolvedBy: actor, resolvedAtMs: nowMs },
    });
  }
  return applied(alert, {
    event: 'acknowledged',
    actor,
    atMs: nowMs,
    reason: state === 'acknowledged' ? 'after a reminder' : undefined,
    changes: { ...acknowledged, status: 'acknowledged' },
  });
}
