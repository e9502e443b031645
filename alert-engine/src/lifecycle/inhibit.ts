import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import { applied, ignored, type Outcome } from './outcome.ts';
import { NO_TIMERS } from './timers.ts';

/** Only a technical alert that sounds can be spoken for: a patient's, once heard, is never made silent by a device. */
export function inhibit(alert: Alert, actor: string, reason: string, nowMs: number): Outcome {
  if (alert.status !== 'pending' || alert.silence !== undefined) return ignored('already');
  if (alert.kind !== 'technical') return ignored('already');
  return applied(alert, {
    event: 'updated',
    actor,
    atMs: nowMs,
    reason,
    changes: { ...NO_TIMERS, silence: 'inhibited', signalDueMs: nowMs },
  });
}
