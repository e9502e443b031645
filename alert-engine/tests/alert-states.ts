import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { ConditionEvent, Priority } from '@vitalwire/core/alarms/condition.ts';
import { step, type LifecycleInput } from '../src/lifecycle/lifecycle.ts';
import { DEFAULT_POLICY } from '../src/lifecycle/policy.ts';
import type { LifecycleState } from '../src/lifecycle/state.ts';
import { sampleCondition } from './samples.ts';

export type State = 'none' | LifecycleState;

/** When what `alertIn` makes was brought into its state. */
export const STATED_AT_MS = Date.UTC(2026, 0, 1, 13);

export const apply = (alert: Alert | undefined, input: LifecycleInput, nowMs = STATED_AT_MS): Alert => {
  const outcome = step(alert, input, nowMs, DEFAULT_POLICY);
  if (outcome.kind !== 'applied') throw new Error(outcome.reason);
  return outcome.event.alert;
};
export const onCondition = (condition: ConditionEvent): LifecycleInput => ({ kind: 'condition', condition });

/** An alert of the priority and type in the state, as the machine itself makes it. */
export function alertIn(state: State, priority: Priority, type: ConditionEvent['type']): Alert | undefined {
  if (state === 'none') return undefined;
  const pending = apply(undefined, onCondition(sampleCondition({ priority, type })));
  if (state === 'pending') return pending;
  if (state === 'acknowledged') return apply(pending, { kind: 'acknowledge', actor: 'Ann' });
  const ended = onCondition(sampleCondition({ priority, type, event: 'ended', revision: 2, value: 95 }));
  if (state === 'latched') return apply(pending, ended);
  return apply(apply(pending, { kind: 'acknowledge', actor: 'Ann' }), ended);
}
