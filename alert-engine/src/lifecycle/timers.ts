import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import { PRIORITY_RANK } from '@vitalwire/core/alarms/condition.ts';
import { LATE_HOLD_OFF_MS } from './late.ts';
import type { LifecyclePolicy } from './policy.ts';
import { isWorse } from './state.ts';

/** `signal`: a silent signal begins; `reminder`: acknowledged, and the condition lasts; `escalation`: nobody has acknowledged it. */
export type Timer = 'signal' | 'reminder' | 'escalation';

type Timing = Pick<Alert, 'silence' | 'signalDueMs' | 'remindedAtMs' | 'reminderDueMs' | 'escalationDueMs'>;

export const NO_TIMERS: Timing = {
  silence: undefined,
  signalDueMs: undefined,
  remindedAtMs: undefined,
  reminderDueMs: undefined,
  escalationDueMs: undefined,
};

/**
 * When, in wall time, an alert that has just changed will change by itself. Due times are fields of the alert, so they are stored with
 * it and outlive every engine; this alone sets them.
 *
 * `toldLate`: the change is a condition's event of long ago (`isLate`), whose end may be on its way.
 *
 * | the alert is now                  | silence and signal            | reminder         | escalation                                   |
 * | --------------------------------- | ----------------------------- | ---------------- | -------------------------------------------- |
 * | resolved                          | none                          | none             | none                                         |
 * | acknowledged                      | none                          | from when it was | none                                         |
 * | unacknowledged, newly or worse    | held off as late, paused,     | none             | from when it sounds; sooner than it was, not |
 * |                                   | inhibited, delayed, or sounds |                  | later                                        |
 * | unacknowledged as before          | as it was                     | none             | as it was                                    |
 */
export function timingOf(
  before: Alert | undefined,
  alert: Alert,
  toldLate: boolean,
  nowMs: number,
  policy: LifecyclePolicy,
): Timing {
  if (alert.status === 'resolved') return NO_TIMERS;
  if (alert.status === 'acknowledged') {
    const asBefore = before?.status === 'acknowledged' && before.acknowledgedAtMs === alert.acknowledgedAtMs;
    return asBefore
      ? { ...NO_TIMERS, remindedAtMs: before.remindedAtMs, reminderDueMs: before.reminderDueMs }
      : { ...NO_TIMERS, reminderDueMs: nowMs + policy.reminderMs[alert.priority] };
  }
  const waited = before?.status === 'pending' ? before : undefined;
  if (waited && !isWorse(alert.priority, waited.priority)) return pick(waited);
  const silence = silenceOf(alert, waited, toldLate, nowMs, policy);
  return silence ? { ...NO_TIMERS, ...silence } : sounding(waited, alert, nowMs, policy);
}

/** What keeps an alert quiet that has to be heard, anew or as worse than it was. */
function silenceOf(
  alert: Alert,
  waited: Alert | undefined,
  toldLate: boolean,
  nowMs: number,
  policy: LifecyclePolicy,
): Pick<Timing, 'silence' | 'signalDueMs'> | undefined {
  if (toldLate && !waited) {
    // Before a pause and an inhibition, which are looked at again when it is due.
    const delayMs = Math.max(LATE_HOLD_OFF_MS, policy.signalDelayMs[alert.priority]);
    return { silence: 'delayed', signalDueMs: nowMs + delayMs };
  }
  if (isPaused(alert, nowMs, policy)) return { silence: 'paused', signalDueMs: policy.pause?.untilMs };
  if (!waited && policy.inhibits(alert.type)) return { silence: 'inhibited', signalDueMs: nowMs };
  // What is told late of one that is held off waits with it.
  if (toldLate && alert.late && waited?.silence === 'delayed') return pickSilence(waited);
  const delayMs = policy.signalDelayMs[alert.priority];
  // One that already sounds does not stop because it became worse.
  if (delayMs === 0 || (waited && waited.silence === undefined)) return undefined;
  return { silence: 'delayed', signalDueMs: Math.min(nowMs + delayMs, waited?.signalDueMs ?? Infinity) };
}

export function isPaused(
  alert: Pick<Alert, 'priority'>,
  nowMs: number,
  { pause }: Pick<LifecyclePolicy, 'pause'>,
): boolean {
  return (
    pause !== undefined &&
    pause.untilMs > nowMs &&
    PRIORITY_RANK[alert.priority] <= PRIORITY_RANK[pause.priority]
  );
}

/** The timing of an unacknowledged alert that sounds from now on, or goes on sounding. */
export function sounding(
  waited: Alert | undefined,
  alert: Alert,
  nowMs: number,
  policy: LifecyclePolicy,
): Timing {
  const dueMs = nextStepMs(alert, nowMs, policy);
  const earlierMs = waited?.escalationDueMs;
  return {
    ...NO_TIMERS,
    escalationDueMs: dueMs === undefined ? undefined : Math.min(dueMs, earlierMs ?? Infinity),
  };
}

/** Test and demonstration pages nobody, and a chain ends. */
export function nextStepMs(alert: Alert, nowMs: number, policy: LifecyclePolicy): number | undefined {
  const afterMs = policy.escalationMs[alert.priority];
  if (alert.mode !== 'real' || afterMs === undefined) return undefined;
  return hasFurtherStep(alert, policy) ? nowMs + afterMs : undefined;
}

/** By the chain as it is now, which a change of the settings may have made shorter than it was when the timer was set. */
export const hasFurtherStep = (
  { escalationStep }: Pick<Alert, 'escalationStep'>,
  { escalationSteps }: Pick<LifecyclePolicy, 'escalationSteps'>,
): boolean => escalationStep < escalationSteps;

/** When the alert next changes by itself, if nobody changes it before. */
export function nextDue(alert: Alert): { readonly timer: Timer; readonly dueMs: number } | undefined {
  const all: readonly (readonly [Timer, number | undefined])[] = [
    ['signal', alert.signalDueMs],
    ['reminder', alert.reminderDueMs],
    ['escalation', alert.escalationDueMs],
  ];
  let next: { readonly timer: Timer; readonly dueMs: number } | undefined;
  for (const [timer, dueMs] of all) {
    if (dueMs !== undefined && (!next || dueMs < next.dueMs)) next = { timer, dueMs };
  }
  return next;
}

const pickSilence = ({ silence, signalDueMs }: Alert): Pick<Timing, 'silence' | 'signalDueMs'> => ({
  silence,
  signalDueMs,
});

const pick = ({ silence, signalDueMs, remindedAtMs, reminderDueMs, escalationDueMs }: Alert): Timing => ({
  silence,
  signalDueMs,
  remindedAtMs,
  reminderDueMs,
  escalationDueMs,
});
