import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { Priority } from '@vitalwire/core/alarms/condition.ts';
import { describe, expect, it } from 'vitest';
import { STATED_AT_MS, alertIn, apply, onCondition, type State } from '../../tests/alert-states.ts';
import { sampleCondition } from '../../tests/samples.ts';
import { step, type LifecycleInput } from './lifecycle.ts';
import { DEFAULT_POLICY, type LifecyclePolicy } from './policy.ts';
import { stateOf } from './state.ts';
import type { Timer } from './timers.ts';

const NOW_MS = STATED_AT_MS;
/** Every timer that was set at NOW_MS has passed. */
const LATER_MS = NOW_MS + 600_000;
const PAUSED_POLICY = {
  ...DEFAULT_POLICY,
  pause: { untilMs: LATER_MS + 1, priority: 'high' },
} as const satisfies LifecyclePolicy;

interface Expected {
  /** Event kind and the state after it, or why nothing came of it. */
  readonly outcome: string;
  readonly priority?: Priority;
}

const SPO2 = 'low_oxygen_saturation';
const OFFLINE = 'device_offline';
const NEXT_ONSET_MS = Date.UTC(2026, 0, 1, 12, 5);

const began = (priority: Priority) => onCondition(sampleCondition({ priority, onsetMs: NEXT_ONSET_MS }));
const changed = (priority: Priority) =>
  onCondition(sampleCondition({ priority, event: 'changed', revision: 3, value: 79, threshold: 80 }));
const ended = onCondition(sampleCondition({ event: 'ended', revision: 3, value: 95 }));
const endedOther = onCondition(
  sampleCondition({ event: 'ended', revision: 2, onsetMs: NEXT_ONSET_MS, value: 95 }),
);
/** All three are long due. */
const timer = (which: Timer): LifecycleInput => ({ kind: 'timer', timer: which });
const pause: LifecycleInput = { kind: 'pause', actor: 'Bea' };
const discharged: LifecycleInput = { kind: 'close', actor: 'Bea', reason: 'discharged' };
const inhibit: LifecycleInput = { kind: 'inhibit', actor: 'system', reason: 'its region is away' };
const sound: LifecycleInput = { kind: 'sound', actor: 'Bea', reason: 'pause ended' };
const acknowledge: LifecycleInput = { kind: 'acknowledge', actor: 'Bea' };
const refused: LifecycleInput = { kind: 'refuse', actor: 'Bea', step: 0 };
const refusedBefore: LifecycleInput = { kind: 'refuse', actor: 'Bea', step: 3 };
const resolve: LifecycleInput = { kind: 'resolve', actor: 'Bea', reason: undefined };

type Row = readonly [state: State, is: Priority, name: string, input: LifecycleInput, expected: Expected];

const PATIENT_ROWS: readonly Row[] = [
  ['none', 'medium', 'began', began('medium'), { outcome: 'raised pending', priority: 'medium' }],
  ['none', 'medium', 'changed', changed('high'), { outcome: 'raised pending', priority: 'high' }],
  ['none', 'medium', 'ended', ended, { outcome: 'unknown_condition' }],
  ['none', 'medium', 'acknowledge', acknowledge, { outcome: 'closed' }],
  ['none', 'medium', 'resolve', resolve, { outcome: 'closed' }],

  ['pending', 'medium', 'began worse', began('high'), { outcome: 'updated pending', priority: 'high' }],
  ['pending', 'high', 'began milder', began('medium'), { outcome: 'updated pending', priority: 'high' }],
  ['pending', 'medium', 'worse', changed('critical'), { outcome: 'updated pending', priority: 'critical' }],
  ['pending', 'high', 'milder', changed('medium'), { outcome: 'updated pending', priority: 'high' }],
  ['pending', 'low', 'ended', ended, { outcome: 'resolved resolved' }],
  ['pending', 'medium', 'ended', ended, { outcome: 'resolved resolved' }],
  ['pending', 'high', 'ended', ended, { outcome: 'updated latched', priority: 'high' }],
  ['pending', 'critical', 'ended', ended, { outcome: 'updated latched', priority: 'critical' }],
  ['pending', 'critical', 'ended, of another', endedOther, { outcome: 'unknown_condition' }],
  ['pending', 'medium', 'acknowledge', acknowledge, { outcome: 'acknowledged acknowledged' }],
  ['pending', 'medium', 'resolve', resolve, { outcome: 'condition_present' }],

  ['latched', 'critical', 'began', began('medium'), { outcome: 'updated pending', priority: 'critical' }],
  ['latched', 'high', 'began', began('critical'), { outcome: 'updated pending', priority: 'critical' }],
  ['latched', 'high', 'changed', changed('critical'), { outcome: 'replayed' }],
  ['latched', 'high', 'changed milder', changed('low'), { outcome: 'replayed' }],
  ['latched', 'high', 'ended', ended, { outcome: 'replayed' }],
  ['latched', 'high', 'acknowledge', acknowledge, { outcome: 'resolved resolved' }],
  ['latched', 'high', 'resolve', resolve, { outcome: 'resolved resolved' }],

  ['acknowledged', 'high', 'began', began('low'), { outcome: 'updated pending', priority: 'low' }],
  ['acknowledged', 'medium', 'worse', changed('high'), { outcome: 'updated pending', priority: 'high' }],
  ['acknowledged', 'high', 'same', changed('high'), { outcome: 'updated acknowledged', priority: 'high' }],
  ['acknowledged', 'high', 'milder', changed('low'), { outcome: 'updated acknowledged', priority: 'low' }],
  ['acknowledged', 'medium', 'ended', ended, { outcome: 'resolved resolved' }],
  ['acknowledged', 'critical', 'ended', ended, { outcome: 'resolved resolved' }],
  ['acknowledged', 'medium', 'acknowledge', acknowledge, { outcome: 'already' }],
  ['acknowledged', 'medium', 'resolve', resolve, { outcome: 'condition_present' }],

  ['resolved', 'medium', 'began', began('medium'), { outcome: 'raised pending', priority: 'medium' }],
  ['resolved', 'medium', 'changed', changed('critical'), { outcome: 'closed' }],
  ['resolved', 'medium', 'changed milder', changed('low'), { outcome: 'closed' }],
  ['resolved', 'medium', 'ended', ended, { outcome: 'closed' }],
  ['resolved', 'medium', 'acknowledge', acknowledge, { outcome: 'closed' }],
  ['resolved', 'medium', 'resolve', resolve, { outcome: 'closed' }],

  ['none', 'medium', 'refused', refused, { outcome: 'closed' }],
  ['pending', 'medium', 'refused', refused, { outcome: 'escalated pending' }],
  ['pending', 'medium', 'refused at another step', refusedBefore, { outcome: 'already' }],
  ['pending', 'low', 'refused, of no chain', refused, { outcome: 'not_due' }],
  ['latched', 'high', 'refused', refused, { outcome: 'escalated latched' }],
  ['acknowledged', 'high', 'refused', refused, { outcome: 'not_due' }],
  ['resolved', 'high', 'refused', refused, { outcome: 'not_due' }],
  ['none', 'medium', 'timer', timer('escalation'), { outcome: 'closed' }],
  ['none', 'medium', 'close', discharged, { outcome: 'closed' }],
  ['none', 'medium', 'pause', pause, { outcome: 'closed' }],
  ['none', 'medium', 'sound', sound, { outcome: 'closed' }],
  ['pending', 'medium', 'escalation due', timer('escalation'), { outcome: 'escalated pending' }],
  ['pending', 'medium', 'reminder due', timer('reminder'), { outcome: 'not_due' }],
  ['pending', 'medium', 'signal due', timer('signal'), { outcome: 'not_due' }],
  ['pending', 'low', 'escalation due', timer('escalation'), { outcome: 'not_due' }],
  ['pending', 'medium', 'pause', pause, { outcome: 'updated pending' }],
  ['pending', 'critical', 'pause', pause, { outcome: 'already' }],
  ['pending', 'medium', 'sound', sound, { outcome: 'already' }],
  ['pending', 'critical', 'close', discharged, { outcome: 'resolved resolved' }],
  ['latched', 'high', 'escalation due', timer('escalation'), { outcome: 'escalated latched' }],
  ['latched', 'high', 'reminder due', timer('reminder'), { outcome: 'not_due' }],
  ['latched', 'high', 'signal due', timer('signal'), { outcome: 'not_due' }],
  ['latched', 'high', 'pause', pause, { outcome: 'updated latched' }],
  ['latched', 'high', 'sound', sound, { outcome: 'already' }],
  ['latched', 'high', 'close', discharged, { outcome: 'resolved resolved' }],
  ['acknowledged', 'high', 'reminder due', timer('reminder'), { outcome: 'updated acknowledged' }],
  ['acknowledged', 'high', 'escalation due', timer('escalation'), { outcome: 'not_due' }],
  ['acknowledged', 'high', 'signal due', timer('signal'), { outcome: 'not_due' }],
  ['acknowledged', 'high', 'pause', pause, { outcome: 'already' }],
  ['acknowledged', 'high', 'sound', sound, { outcome: 'already' }],
  ['acknowledged', 'high', 'close', discharged, { outcome: 'resolved resolved' }],
  ['resolved', 'medium', 'escalation due', timer('escalation'), { outcome: 'not_due' }],
  ['resolved', 'medium', 'reminder due', timer('reminder'), { outcome: 'not_due' }],
  ['resolved', 'medium', 'signal due', timer('signal'), { outcome: 'not_due' }],
  ['resolved', 'medium', 'pause', pause, { outcome: 'already' }],
  ['resolved', 'medium', 'sound', sound, { outcome: 'already' }],
  ['resolved', 'medium', 'close', discharged, { outcome: 'closed' }],
];

function outcomeOf(alert: Alert | undefined, input: LifecycleInput): Expected {
  const outcome = step(alert, input, LATER_MS, PAUSED_POLICY);
  if (outcome.kind !== 'applied') return { outcome: outcome.reason };
  return {
    outcome: `${outcome.event.event} ${stateOf(outcome.event.alert)}`,
    priority: outcome.event.alert.priority,
  };
}

describe("a patient's alert", () => {
  it.each(PATIENT_ROWS)('%s, %s: %s', (state, is, _name, input, expected) => {
    const alert = alertIn(state, is, SPO2);
    if (alert) expect(stateOf(alert)).toBe(state);
    expect(outcomeOf(alert, input)).toMatchObject(expected);
  });

  it.each(PATIENT_ROWS)('%s, %s: %s moves the version on by one', (state, is, _name, input) => {
    const alert = alertIn(state, is, SPO2);
    const outcome = step(alert, input, LATER_MS, DEFAULT_POLICY);
    if (outcome.kind !== 'applied') return;
    const raised = outcome.event.event === 'raised';
    expect(outcome.event.alert.version).toBe(raised ? 1 : (alert?.version ?? 0) + 1);
    expect(outcome.event.atMs).toBe(LATER_MS);
  });
});

describe('a technical alert', () => {
  it.each([
    ['none', 'closed'],
    ['pending', 'updated pending'],
    ['latched', 'updated latched'],
    ['acknowledged', 'already'],
    ['resolved', 'already'],
  ] as const)('%s, spoken for by another: %s', (state, outcome) => {
    expect(outcomeOf(alertIn(state, 'high', OFFLINE), inhibit)).toMatchObject({ outcome });
    if (state !== 'none')
      expect(outcomeOf(alertIn(state, 'high', SPO2), inhibit)).toMatchObject({ outcome: 'already' });
  });

  it.each(['pending', 'acknowledged', 'latched'] as const)('%s is resolved by hand', (state) => {
    const alert = alertIn(state, 'high', OFFLINE);
    expect(outcomeOf(alert, resolve)).toMatchObject({ outcome: 'resolved resolved' });
  });

  it('is a line of its own kind', () => {
    expect(alertIn('pending', 'low', OFFLINE)?.kind).toBe('technical');
    expect(alertIn('pending', 'low', SPO2)?.kind).toBe('physiological');
  });
});

describe('replays', () => {
  const alert = apply(undefined, began('medium'));

  it('of the event that raised it change nothing, nor does an older revision', () => {
    expect(outcomeOf(alert, began('medium'))).toEqual({ outcome: 'replayed' });
    const later = sampleCondition({
      onsetMs: NEXT_ONSET_MS,
      revision: 4,
      event: 'changed',
      priority: 'high',
    });
    const worse = apply(alert, onCondition(later));
    expect(outcomeOf(worse, onCondition({ ...later, revision: 3, event: 'ended' }))).toEqual({
      outcome: 'replayed',
    });
  });

  it('of a condition that another took the alert over from change nothing', () => {
    const next = onCondition(sampleCondition({ onsetMs: NEXT_ONSET_MS + 600_000 }));
    const goneOn = apply(alert, next);
    expect(goneOn).toMatchObject({ id: alert.id, version: 2 });
    expect(outcomeOf(goneOn, began('medium'))).toEqual({ outcome: 'superseded' });
  });
});

describe('what an alert records', () => {
  it('is raised with the condition, in words', () => {
    const { id, onsetMs } = sampleCondition();
    const atMs = onsetMs + 15_000;
    expect(apply(undefined, onCondition(sampleCondition({ atMs })), atMs)).toMatchObject({
      id,
      message: 'SpO₂ 84 % below 90 for 15 s',
      raisedAtMs: atMs,
      onsetMs,
      late: false,
      settingsVersion: 'a1b2c3',
      escalationStep: 0,
    });
  });

  it('keeps its moment of raising, its id and its patient for life', () => {
    const first = apply(undefined, onCondition(sampleCondition({ priority: 'critical' })));
    const worse = apply(first, changed('critical'));
    expect(worse).toMatchObject({ id: first.id, raisedAtMs: first.raisedAtMs, value: 79, threshold: 80 });
  });

  it('forgets the acknowledgement when it has to be heard anew', () => {
    const heard = alertIn('acknowledged', 'medium', SPO2);
    expect(heard).toMatchObject({ acknowledgedBy: 'Ann', acknowledgedAtMs: NOW_MS });
    expect(apply(heard, changed('critical'))).toMatchObject({
      status: 'pending',
      acknowledgedBy: undefined,
      acknowledgedAtMs: undefined,
    });
  });

  it('says who acknowledged and resolved a latched one, in one event', () => {
    const closed = apply(alertIn('latched', 'critical', SPO2), acknowledge, LATER_MS);
    expect(closed).toMatchObject({
      status: 'resolved',
      acknowledgedBy: 'Bea',
      acknowledgedAtMs: LATER_MS,
      resolvedBy: 'Bea',
      endedAtMs: sampleCondition().atMs,
    });
  });

  it('resolves by the system when the condition ends, in event time and wall time', () => {
    expect(apply(alertIn('pending', 'medium', SPO2), ended, LATER_MS)).toMatchObject({
      endedAtMs: sampleCondition().atMs,
      resolvedBy: 'system',
      resolvedAtMs: LATER_MS,
    });
  });

  it('is open again, not ended, when the condition recurs under a latched alert', () => {
    const again = apply(alertIn('latched', 'critical', SPO2), began('medium'));
    expect(again).toMatchObject({ status: 'pending', endedAtMs: undefined, onsetMs: NEXT_ONSET_MS });
  });
});

it('what was over before it could be told says so', () => {
  const atMs = NOW_MS - 3_600_000;
  const held = apply(undefined, onCondition(sampleCondition({ priority: 'critical', atMs })));
  const over = onCondition(sampleCondition({ event: 'ended', revision: 2, atMs: atMs + 60_000 }));
  expect(step(held, over, NOW_MS, DEFAULT_POLICY)).toMatchObject({
    kind: 'applied',
    event: {
      event: 'resolved',
      reason: 'was over before it could be told',
      alert: { late: true, status: 'resolved', resolvedBy: 'system', endedAtMs: atMs + 60_000 },
    },
  });
});

it.each(['discharged', 'removed'] as const)(
  'of a patient no longer watched (%s), what latches is resolved',
  (reason) => {
    const gone = onCondition(sampleCondition({ event: 'ended', revision: 3, reason }));
    const outcome = step(alertIn('pending', 'critical', SPO2), gone, NOW_MS, DEFAULT_POLICY);
    expect(outcome).toMatchObject({
      kind: 'applied',
      event: { event: 'resolved', reason, alert: { status: 'resolved' } },
    });
  },
);
