import { readFileSync } from 'node:fs';
import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { AlertType, Priority } from '@vitalwire/core/alarms/condition.ts';
import { expect, it } from 'vitest';
import { STATED_AT_MS, alertIn, apply, onCondition, type State } from '../../tests/alert-states.ts';
import { sampleCondition } from '../../tests/samples.ts';
import { step, type LifecycleInput } from './lifecycle.ts';
import { DEFAULT_POLICY, type LifecyclePolicy } from './policy.ts';
import { stateOf } from './state.ts';

const STATES = ['none', 'pending', 'latched', 'acknowledged', 'resolved'] as const satisfies readonly State[];
/** Every timer is due by then. */
const LATER_MS = STATED_AT_MS + 600_000;
const PAUSED: LifecyclePolicy = { ...DEFAULT_POLICY, pause: { untilMs: LATER_MS + 1, priority: 'high' } };
const NO_CHAIN: LifecyclePolicy = { ...DEFAULT_POLICY, escalationSteps: 0 };
const PAUSE: LifecycleInput = { kind: 'pause', actor: 'Bea' };

interface Row {
  readonly input: LifecycleInput;
  readonly is?: Priority;
  readonly type?: AlertType;
  readonly policy?: LifecyclePolicy;
  /** The alert was paused before, and the pause is over. */
  readonly silent?: true;
  /** The alert was raised late, and is held off: of the state in which it can be. */
  readonly late?: true;
}

const LONG_AGO_MS = STATED_AT_MS - 3_600_000;

const condition = (changes: Parameters<typeof sampleCondition>[0]): LifecycleInput =>
  onCondition(sampleCondition({ revision: 3, ...changes }));
const ended = condition({ event: 'ended' });

/** What each line of the table in docs/alert-lifecycle.md stands for. */
const ROWS: Readonly<Record<string, Row>> = {
  'condition began (new)': { input: condition({ revision: 1, onsetMs: Date.UTC(2026, 0, 1, 12, 5) }) },
  'condition changed, worse': { input: condition({ event: 'changed', priority: 'critical' }) },
  'condition changed, not worse': { input: condition({ event: 'changed', priority: 'high' }) },
  'condition began, told late': {
    input: condition({ revision: 1, onsetMs: Date.UTC(2026, 0, 1, 11), atMs: LONG_AGO_MS }),
  },
  'condition ended, told late before it sounded': {
    input: condition({ event: 'ended', atMs: LONG_AGO_MS + 60_000 }),
    late: true,
  },
  'condition ended, medium or low': { input: ended, is: 'medium' },
  'condition ended, critical or high': { input: ended },
  'historical condition': {
    input: condition({
      event: 'ended',
      revision: 1,
      onsetMs: LONG_AGO_MS - 1,
      atMs: LONG_AGO_MS + 60_000,
      historical: { beganAtMs: LONG_AGO_MS + 15_000 },
    }),
  },
  acknowledge: { input: { kind: 'acknowledge', actor: 'Bea' } },
  'resolve by hand': { input: { kind: 'resolve', actor: 'Bea', reason: undefined } },
  pause: { input: PAUSE, policy: PAUSED },
  'inhibit (its region is away)': {
    input: { kind: 'inhibit', actor: 'system', reason: 'its region is away' },
    type: 'device_offline',
  },
  'pause lifted, inhibition gone': {
    input: { kind: 'sound', actor: 'Bea', reason: 'pause lifted' },
    silent: true,
  },
  'close (discharged, storm)': { input: { kind: 'close', actor: 'Bea', reason: 'discharged' } },
  'timer: signal': { input: { kind: 'timer', timer: 'signal' }, silent: true },
  'timer: escalation': { input: { kind: 'timer', timer: 'escalation' } },
  'timer: escalation, the chain ends here': {
    input: { kind: 'timer', timer: 'escalation' },
    policy: NO_CHAIN,
  },
  'refused by who was told': { input: { kind: 'refuse', actor: 'Bea', step: 0 } },
  'refused, the chain ends here': { input: { kind: 'refuse', actor: 'Bea', step: 0 }, policy: NO_CHAIN },
  'timer: reminder': { input: { kind: 'timer', timer: 'reminder' } },
};

/** By the first column, the cells of the states in their order. */
const written = new Map(
  readFileSync(new URL('../../../docs/alert-lifecycle.md', import.meta.url), 'utf8')
    .split('\n## Signal')[0]!
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && !line.startsWith('| event'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .map(([name = '', ...cells]) => [name, cells] as const),
);

it('the table says of every input what becomes of it', () => {
  expect([...written.keys()].toSorted()).toEqual(Object.keys(ROWS).toSorted());
  for (const [name, cells] of written) expect([name, cells.length]).toEqual([name, STATES.length]);
});

const CELLS = Object.entries(ROWS).flatMap(([name, row]) =>
  STATES.map((state, i) => [name, state, written.get(name)?.[i] ?? '', row] as const),
);

it.each(CELLS)('%s, %s: %s', (name, state, cell, row) => {
  const said = cell === 'the same' ? (written.get(name)?.[STATES.indexOf(state) - 1] ?? '') : cell;
  // Only what latches can be latched.
  const is = state === 'latched' ? 'high' : (row.is ?? 'high');
  const made = alertIn(state, is, row.type ?? 'low_oxygen_saturation');
  const alert = row.silent && made ? paused(made) : row.late && state === 'pending' ? heldOff(is) : made;
  const outcome = step(alert, row.input, LATER_MS, row.policy ?? DEFAULT_POLICY);
  const event = /raised|updated|acknowledged|escalated|resolved|refused|nothing|a new alert|recorded/.exec(
    said,
  )?.[0];
  const expected = event === 'a new alert' ? 'raised' : event === 'recorded' ? 'resolved' : event;
  const became =
    outcome.kind === 'applied' ? outcome.event.event : outcome.kind === 'refused' ? 'refused' : 'nothing';
  expect(became).toBe(expected);
  if (outcome.kind !== 'applied') return;
  const after = stateOf(outcome.event.alert);
  const stays = expected === 'raised' ? 'pending' : expected === 'resolved' ? 'resolved' : state;
  expect(after).toBe(/→ (\w+)/.exec(said)?.[1] ?? stays);
});

function heldOff(priority: Priority): Alert {
  return apply(undefined, condition({ revision: 1, priority, atMs: LONG_AGO_MS }));
}

function paused(alert: Alert): Alert {
  const outcome = step(alert, PAUSE, STATED_AT_MS, {
    ...DEFAULT_POLICY,
    pause: { untilMs: LATER_MS, priority: 'high' },
  });
  return outcome.kind === 'applied' ? outcome.event.alert : alert;
}
