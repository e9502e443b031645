import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import type { ConditionsDeps } from '../src/conditions/consumer.ts';
import { DEFAULT_POLICY } from '../src/lifecycle/policy.ts';
import { alertEngineMetrics } from '../src/metrics.ts';

/** What the conditions consumer works with, on a test's own log and store, with metrics of its own. */
export const conditionsDeps = (
  { log, alerts }: { readonly log: EventLog; readonly alerts: AlertStore },
  changes: Partial<ConditionsDeps> = {},
): ConditionsDeps => ({
  log,
  alerts,
  clock: systemClock,
  logger: createLogger('test', 'silent'),
  metrics: alertEngineMetrics(createRegistry('test')),
  random: () => 0.5,
  policyFor: () => DEFAULT_POLICY,
  leadership: { gained: () => {}, lost: async () => {} },
  ...changes,
});
