import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { ChainRole } from '../../escalation/settings.ts';
import { each, type Stage } from './stage.ts';

/** The role of the step that the alert stands at, in its patient's chain: the earlier ones were told before. */
export function chainStep(
  chainOf: (alert: Alert) => readonly ChainRole[],
  wardOf: (patientId: string) => string | undefined,
): Stage {
  return each(({ event: { alert }, recipient }) => {
    if (recipient.region !== undefined && recipient.region !== alert.region) return 'other_ward';
    if (recipient.ward !== undefined && recipient.ward !== wardOf(alert.patientId)) return 'other_ward';
    return chainOf(alert)[alert.escalationStep] === recipient.role ? undefined : 'other_step';
  });
}
