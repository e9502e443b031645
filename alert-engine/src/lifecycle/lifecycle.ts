/**
 * The life of an alert: a pure state machine, one step a file.
 *
 * A state is an alert's status and whether its condition has ended. `none`: no alert stands for the patient and type. `pending`: nobody
 * has acknowledged it and the condition lasts. `latched`: the condition ended before anyone did. `acknowledged`: somebody did, and the
 * condition lasts. `resolved`: closed for ever.
 *
 * | state        | began (new)            | changed, worse        | changed, not worse    | ended                     | ended, critical or high | acknowledge      | resolve by hand  |
 * | ------------ | ---------------------- | --------------------- | --------------------- | ------------------------- | ----------------------- | ---------------- | ---------------- |
 * | none         | raised -> pending      | raised -> pending     | raised -> pending     | nothing, counted          | nothing, counted        |                  |                  |
 * | pending      | updated, pending (1)   | updated, pending      | updated, pending (2)  | resolved                  | updated -> latched      | -> acknowledged  | refused (3)      |
 * | latched      | updated -> pending (1) | nothing (replay)      | nothing (replay)      | nothing (replay)          | nothing (replay)        | -> resolved (4)  | -> resolved      |
 * | acknowledged | updated -> pending (5) | updated -> pending    | updated, acknowledged | resolved                  | resolved                | nothing          | refused (3)      |
 * | resolved     | (a new alert)          | nothing               | nothing               | nothing                   | nothing                 | nothing          | nothing          |
 *
 * 1. It goes on with the new condition and keeps the worse of both priorities.
 * 2. It keeps its priority: nothing grows quieter before somebody has seen it.
 * 3. Of a patient's condition; a technical alert is resolved.
 * 4. One event, `resolved`, which says who acknowledged it.
 * 5. What was acknowledged is over; the new condition has not been heard and has its own priority.
 *
 * A condition event whose (id, revision) is not newer than the alert's changes nothing, nor does one of a condition that another took the
 * alert over from: replays are harmless. `changed` or `ended` of a condition other than the alert's own is told apart by
 * conditions/locate.ts. Actions of people carry nothing to recognise a repetition by and need nothing: said twice, they are already so.
 */
import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import { acknowledge } from './acknowledge.ts';
import { end } from './end.ts';
import { ignored, type Outcome } from './outcome.ts';
import { raise } from './raise.ts';
import { recur } from './recur.ts';
import { resolve } from './resolve.ts';
import { stateOf } from './state.ts';
import { worsen } from './worsen.ts';

export type LifecycleInput =
  | { readonly kind: 'condition'; readonly condition: ConditionEvent }
  | { readonly kind: 'acknowledge'; readonly actor: string }
  | { readonly kind: 'resolve'; readonly actor: string; readonly reason: string | undefined };

/** `alert`: the one concerned, or undefined where none is; `nowMs`: wall time, which stamps the event. */
export function step(alert: Alert | undefined, input: LifecycleInput, nowMs: number): Outcome {
  if (input.kind === 'condition') return onCondition(alert, input.condition, nowMs);
  if (!alert) return ignored('closed');
  return input.kind === 'acknowledge'
    ? acknowledge(alert, input.actor, nowMs)
    : resolve(alert, input.actor, input.reason, nowMs);
}

function onCondition(alert: Alert | undefined, condition: ConditionEvent, nowMs: number): Outcome {
  if (!alert) return condition.event === 'ended' ? ignored('unknown_condition') : raise(condition, nowMs);
  if (alert.conditionId === condition.id) {
    if (condition.revision <= alert.conditionRevision) return ignored('replayed');
    const state = stateOf(alert);
    if (state === 'resolved') return ignored('closed');
    // A condition ends once: what comes after its end, with a newer revision or not, tells of before it.
    if (state === 'latched') return ignored('replayed');
    return condition.event === 'ended' ? end(alert, condition, nowMs) : worsen(alert, condition, nowMs);
  }
  if (alert.id === condition.id) return ignored('superseded');
  if (condition.event === 'ended') return ignored('unknown_condition');
  return alert.status === 'resolved' ? raise(condition, nowMs) : recur(alert, condition, nowMs);
}
