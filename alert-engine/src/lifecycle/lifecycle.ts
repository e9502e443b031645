/**
 * The life of an alert: a pure state machine, one step a file. Its table, states by events, is in docs/alert-lifecycle.md and is tested
 * cell by cell. The steps say what becomes of the alert; `timers.ts` says when it will next change by itself.
 *
 * A state is an alert's status and whether its condition has ended. `none`: no alert stands for the patient and type. `pending`: nobody
 * has acknowledged it and the condition lasts. `latched`: the condition ended before anyone did. `acknowledged`: somebody did, and the
 * condition lasts. `resolved`: closed for ever.
 *
 * A condition event whose (id, revision) is not newer than the alert's changes nothing, nor does one of a condition that another took the
 * alert over from: replays are harmless. `changed` or `ended` of a condition other than the alert's own is told apart by
 * conditions/locate.ts. Actions of people carry nothing to recognise a repetition by and need nothing: said twice, they are already so.
 * A timer that is no longer due changes nothing, so engines may fire the same one.
 */
import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import { acknowledge } from './acknowledge.ts';
import { close } from './close.ts';
import { end } from './end.ts';
import { escalate, refuse } from './escalate.ts';
import { ignored, type Outcome } from './outcome.ts';
import { inhibit } from './inhibit.ts';
import { isLate } from './late.ts';
import type { LifecyclePolicy } from './policy.ts';
import { quieten } from './quieten.ts';
import { raise } from './raise.ts';
import { record } from './record.ts';
import { recur } from './recur.ts';
import { remind } from './remind.ts';
import { resolve } from './resolve.ts';
import { sound, soundWhenDue } from './sound.ts';
import { stateOf } from './state.ts';
import { timingOf, type Timer } from './timers.ts';
import { worsen } from './worsen.ts';

export type LifecycleInput =
  | { readonly kind: 'condition'; readonly condition: ConditionEvent }
  | { readonly kind: 'acknowledge'; readonly actor: string }
  | { readonly kind: 'resolve'; readonly actor: string; readonly reason: string | undefined }
  /** The patient's alarms were paused: the pause is in the policy. */
  | { readonly kind: 'pause'; readonly actor: string }
  /** A technical alarm speaks for this one: it is silent until that is gone. */
  | { readonly kind: 'inhibit'; readonly actor: string; readonly reason: string }
  /** What kept the alert quiet is gone before its time. */
  | { readonly kind: 'sound'; readonly actor: string; readonly reason: string }
  | { readonly kind: 'close'; readonly actor: string; readonly reason: string }
  /** Somebody who was told of it at `step` will not come. */
  | { readonly kind: 'refuse'; readonly actor: string; readonly step: number }
  | { readonly kind: 'timer'; readonly timer: Timer };

/** `alert`: the one concerned, or undefined where none is; `nowMs`: wall time, which stamps the event. */
export function step(
  alert: Alert | undefined,
  input: LifecycleInput,
  nowMs: number,
  policy: LifecyclePolicy,
): Outcome {
  const outcome = moved(alert, input, nowMs, policy);
  if (outcome.kind !== 'applied' || setsItsOwnTimers(input)) return outcome;
  const next = outcome.event.alert;
  const before = alert?.id === next.id ? alert : undefined;
  const toldLate = input.kind === 'condition' && isLate(input.condition, nowMs);
  return {
    kind: 'applied',
    event: { ...outcome.event, alert: { ...next, ...timingOf(before, next, toldLate, nowMs, policy) } },
  };
}

const setsItsOwnTimers = ({ kind }: LifecycleInput): boolean =>
  kind === 'timer' || kind === 'refuse' || kind === 'pause' || kind === 'inhibit' || kind === 'sound';

function moved(
  alert: Alert | undefined,
  input: LifecycleInput,
  nowMs: number,
  policy: LifecyclePolicy,
): Outcome {
  if (input.kind === 'condition') return onCondition(alert, input.condition, nowMs);
  if (!alert) return ignored('closed');
  switch (input.kind) {
    case 'acknowledge':
      return acknowledge(alert, input.actor, nowMs);
    case 'resolve':
      return resolve(alert, input.actor, input.reason, nowMs);
    case 'pause':
      return quieten(alert, input.actor, nowMs, policy);
    case 'inhibit':
      return inhibit(alert, input.actor, input.reason, nowMs);
    case 'sound':
      return sound(alert, input.reason, input.actor, nowMs, policy);
    case 'close':
      return close(alert, input.actor, input.reason, nowMs);
    case 'refuse':
      return refuse(alert, input.actor, input.step, nowMs, policy);
    case 'timer':
    default:
      return onTimer(alert, input.timer, nowMs, policy);
  }
}

function onTimer(alert: Alert, timer: Timer, nowMs: number, policy: LifecyclePolicy): Outcome {
  if (timer === 'signal') return soundWhenDue(alert, nowMs, policy);
  return timer === 'reminder' ? remind(alert, nowMs, policy) : escalate(alert, nowMs, policy);
}

function onCondition(alert: Alert | undefined, condition: ConditionEvent, nowMs: number): Outcome {
  const { historical } = condition;
  if (historical) {
    return alert?.id === condition.id ? ignored('replayed') : record(condition, historical, nowMs);
  }
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
