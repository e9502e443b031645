import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import { step, type LifecycleInput } from '../lifecycle/lifecycle.ts';
import type { RefusedReason } from '../lifecycle/outcome.ts';
import type { PolicyFor } from '../lifecycle/policy.ts';
import type { AlertEngineMetrics } from '../metrics.ts';
import { withInhibition } from '../technical/inhibition.ts';

export type Action = Exclude<LifecycleInput, { kind: 'condition' }>;

export type ActionResult =
  | { readonly kind: 'done'; readonly alert: Alert }
  | { readonly kind: 'refused'; readonly reason: RefusedReason }
  | { readonly kind: 'not_found' };

export interface ActionDeps {
  readonly alerts: AlertStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: AlertEngineMetrics;
  readonly policyFor: PolicyFor;
}

/** A person waits for the answer: rather than go on for ever, say that it did not work. */
const CONFLICTS_MAX = 20;

/**
 * What a person, or a timer, does to an alert. Resolved `done`, the store has it, with the alert as it then stands; doing it again changes nothing.
 * @throws VitalwireError `unavailable` (whether it was done is unknown; trying again is safe)
 */
export async function act(
  deps: ActionDeps,
  region: string,
  alertId: string,
  action: Action,
): Promise<ActionResult> {
  for (let conflicts = 0; conflicts < CONFLICTS_MAX; conflicts++) {
    const alert = await deps.alerts.get(region, alertId);
    if (!alert) return { kind: 'not_found' };
    const usual = deps.policyFor(region, alert.patientId);
    const policy =
      alert.silence === 'inhibited' || (alert.silence === 'delayed' && alert.late)
        ? await withInhibition(usual, deps.alerts, region, alert.patientId, alert.type)
        : usual;
    const outcome = step(alert, action, deps.clock.now(), policy);
    if (outcome.kind === 'refused') return outcome;
    if (outcome.kind === 'ignored') return { kind: 'done', alert };
    if ((await deps.alerts.commit(outcome.event)) === 'committed') {
      const { event, alert: changed } = outcome.event;
      deps.metrics.events.inc({ event, kind: changed.kind, priority: changed.priority });
      deps.logger.info(
        { alert_id: alertId, version: changed.version, action: action.kind },
        `alert ${event}`,
      );
      return { kind: 'done', alert: changed };
    }
    deps.metrics.commitConflicts.inc();
  }
  throw new VitalwireError('overloaded', `alert ${alertId} changes faster than it can be acted on`, {
    retriable: true,
  });
}
