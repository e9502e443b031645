import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import { applied, ignored, refused, type Outcome } from './outcome.ts';
import { stateOf } from './state.ts';

/**
 * Closing by hand. A patient's condition that is still there cannot be closed: it would be silent for as long as it lasts, and
 * acknowledging says all that is true. A technical one can: the device was taken away on purpose, and nothing will say so.
 */
export function resolve(alert: Alert, actor: string, reason: string | undefined, nowMs: number): Outcome {
  const state = stateOf(alert);
  if (state === 'resolved') return ignored('closed');
  if (state !== 'latched' && alert.kind === 'physiological') return refused('condition_present');
  const seen = alert.acknowledgedBy === undefined ? { acknowledgedBy: actor, acknowledgedAtMs: nowMs } : {};
  return applied(alert, {
    event: 'resolved',
    actor,
    atMs: nowMs,
    reason: reason ?? 'resolved by hand',
    changes: { ...seen, status: 'resolved', resolvedBy: actor, resolvedAtMs: nowMs },
  });
}
