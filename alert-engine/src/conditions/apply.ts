import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import { step } from '../lifecycle/lifecycle.ts';
import { ignored, type Outcome } from '../lifecycle/outcome.ts';
import type { PolicyFor } from '../lifecycle/policy.ts';
import type { AlertEngineMetrics } from '../metrics.ts';
import { inhibitedBy, inhibitors, whoseInhibit } from '../technical/inhibition.ts';
import { locate } from './locate.ts';

/** A conflict means that somebody else got on; this many in a row mean that the store contradicts itself. */
const CONFLICTS_MAX = 100;

/**
 * Brings the store up to a condition event. Resolved, the store has it; applied again, it changes nothing.
 * @throws VitalwireError `unavailable` (try again), `rejected` (the store answers reads and commits differently)
 */
export async function applyCondition(
  condition: ConditionEvent,
  store: AlertStore,
  clock: Clock,
  metrics: AlertEngineMetrics,
  policyFor: PolicyFor,
): Promise<Outcome> {
  const { region, patientId, type } = condition;
  if (isLikelyFirst(condition)) {
    const outcome = step(
      undefined,
      { kind: 'condition', condition },
      clock.now(),
      policyFor(region, patientId),
    );
    if (outcome.kind === 'applied' && (await store.commitUnread(outcome.event)) === 'committed')
      return outcome;
  }
  for (let conflicts = 0; conflicts < CONFLICTS_MAX; conflicts++) {
    const open = store.open(region, patientId);
    const causes = condition.event === 'ended' ? [] : inhibitors(store, region, type, () => open);
    const [located, inhibiting] = await Promise.all([locate(store, condition, open), causes]);
    if (located.kind === 'seen') return ignored('superseded');
    const policy = inhibitedBy(policyFor(region, patientId), inhibiting);
    const outcome = step(located.alert, { kind: 'condition', condition }, clock.now(), policy);
    if (outcome.kind !== 'applied') return outcome;
    if ((await store.commit(outcome.event)) === 'committed') return outcome;
    metrics.commitConflicts.inc();
  }
  throw new VitalwireError(
    'rejected',
    `condition ${condition.id}: ${CONFLICTS_MAX} commit conflicts in a row`,
    {
      retriable: false,
    },
  );
}

/** Most conditions that begin raise an alert of which nothing is known. What an area's alarm may inhibit needs those to be read. */
const isLikelyFirst = ({ event, historical, type }: ConditionEvent): boolean =>
  event === 'began' && !historical && whoseInhibit(type) !== 'nobody';
