import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { VitalwireError, isSuperseded } from '@vitalwire/core/runtime/errors.ts';
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
const LIVES_MAX = 3;
/** A busy disk misses a round. What stations show already is worth two more, of some three seconds, before a person reads that it may have failed. */
const SETTLING_ROUNDS = 3;

/**
 * The same for whoever is told that it is done, and will not do it again: resolved, it outlasts a loss of power of the store.
 * @throws VitalwireError `unavailable` (whether it was done is unknown; trying again is safe)
 */
export async function actForGood(
  deps: ActionDeps,
  region: string,
  alertId: string,
  action: Action,
): Promise<ActionResult> {
  for (let lives = 0; lives < LIVES_MAX; lives++) {
    const { life } = deps.alerts;
    const result = await act(deps, region, alertId, action);
    // One that was there a moment ago is being raised again.
    if (result.kind === 'not_found' && lives > 0) break;
    if (result.kind !== 'done') return result;
    try {
      await settledInTime(deps.alerts, life);
      return result;
    } catch (error) {
      if (!isSuperseded(error)) throw error;
    }
  }
  throw new VitalwireError('unavailable', `the store lost what became of alert ${alertId}`, {
    retriable: true,
  });
}

async function settledInTime(alerts: AlertStore, life: string): Promise<void> {
  for (let round = 1; ; round++) {
    try {
      return await alerts.settled(life);
    } catch (error) {
      const isNotYet = error instanceof VitalwireError && error.code === 'unavailable';
      if (!isNotYet || round === SETTLING_ROUNDS) throw error;
    }
  }
}

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
