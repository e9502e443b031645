import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import { signalOf } from '@vitalwire/core/alarms/alert.ts';
import type { Priority } from '@vitalwire/core/alarms/condition.ts';
import { describe, expect, it } from 'vitest';
import { sampleCondition } from '../../tests/samples.ts';
import { step, type LifecycleInput } from './lifecycle.ts';
import { DEFAULT_POLICY, type LifecyclePolicy } from './policy.ts';
import { nextDue } from './timers.ts';

const T0_MS = Date.UTC(2026, 0, 1, 13);
const PRIORITIES = ['low', 'medium', 'high', 'critical'] as const;

/** A timetable: inputs at seconds after T0, and what the alert shows after each. */
class Case {
  alert: Alert | undefined;
  policy: LifecyclePolicy;
  revision = 0;

  constructor(changes: Partial<LifecyclePolicy> = {}) {
    this.policy = { ...DEFAULT_POLICY, ...changes };
  }

  at(seconds: number, input: LifecycleInput): string {
    const nowMs = T0_MS + seconds * 1000;
    const outcome = step(this.alert, input, nowMs, this.policy);
    if (outcome.kind !== 'applied') return outcome.reason;
    this.alert = outcome.event.alert;
    const due = nextDue(this.alert);
    const next = due ? `${due.timer} at ${(due.dueMs - T0_MS) / 1000}` : 'nothing due';
    return `${outcome.event.event}, ${signalOf(this.alert)}, step ${this.alert.escalationStep}, ${next}`;
  }

  condition(
    seconds: number,
    priority: Priority,
    event: 'began' | 'changed' | 'ended' = 'began',
    mode = 'real',
  ): string {
    const condition = sampleCondition({ priority, event, revision: ++this.revision, mode: mode as 'real' });
    return this.at(seconds, { kind: 'condition', condition });
  }

  /** Told at `seconds` of what was `ageSeconds` before. */
  late(
    seconds: number,
    priority: Priority,
    event: 'began' | 'changed' | 'ended',
    ageSeconds = 60.001,
  ): string {
    const atMs = T0_MS + (seconds - ageSeconds) * 1000;
    const condition = sampleCondition({ priority, event, revision: ++this.revision, atMs });
    return this.at(seconds, { kind: 'condition', condition });
  }

  timer(seconds: number, timer: 'signal' | 'reminder' | 'escalation'): string {
    return this.at(seconds, { kind: 'timer', timer });
  }

  acknowledge(seconds: number): string {
    return this.at(seconds, { kind: 'acknowledge', actor: 'Ann' });
  }
}

describe('escalation', () => {
  it.each([
    ['critical', 30],
    ['high', 60],
    ['medium', 300],
  ] as const)('of %s: each step after %i s, to the end of the chain', (priority, seconds) => {
    const alarm = new Case();
    expect(alarm.condition(0, priority)).toBe(`raised, on, step 0, escalation at ${seconds}`);
    expect(alarm.timer(seconds - 0.001, 'escalation')).toBe('not_due');
    expect(alarm.timer(seconds, 'escalation')).toBe(`escalated, on, step 1, escalation at ${seconds * 2}`);
    expect(alarm.timer(seconds * 2, 'escalation')).toBe('escalated, on, step 2, nothing due');
    expect(alarm.timer(seconds * 3, 'escalation')).toBe('not_due');
  });

  it('of low there is none, nor in test and demonstration, nor in a chain of one', () => {
    expect(new Case().condition(0, 'low')).toBe('raised, on, step 0, nothing due');
    for (const mode of ['test', 'demo']) {
      expect(new Case().condition(0, 'critical', 'began', mode)).toBe('raised, on, step 0, nothing due');
    }
    expect(new Case({ escalationSteps: 0 }).condition(0, 'critical')).toBe('raised, on, step 0, nothing due');
  });

  it('fires once, late, after no engine ran, and counts the next step from then', () => {
    const alarm = new Case();
    alarm.condition(0, 'critical');
    expect(alarm.timer(3_600, 'escalation')).toBe('escalated, on, step 1, escalation at 3630');
    expect(alarm.timer(3_600, 'escalation')).toBe('not_due');
  });

  it('goes no further than the chain as it is now, however it was when the timer was set', () => {
    const alarm = new Case();
    alarm.condition(0, 'critical');
    alarm.timer(30, 'escalation');
    alarm.policy = { ...DEFAULT_POLICY, escalationSteps: 1 };
    expect(alarm.timer(60, 'escalation')).toBe('chain_ended');
    expect(alarm.at(61, { kind: 'refuse', actor: 'Ann', step: 1 })).toBe('chain_ended');
    expect(alarm.alert).toMatchObject({ version: 2, escalationStep: 1 });
    alarm.policy = DEFAULT_POLICY;
    expect(alarm.timer(70, 'escalation')).toBe('escalated, on, step 2, nothing due');
  });

  it('comes sooner when the alert becomes worse, never later', () => {
    const alarm = new Case();
    alarm.condition(0, 'medium');
    expect(alarm.condition(100, 'critical', 'changed')).toBe('updated, on, step 0, escalation at 130');
    const late = new Case();
    late.condition(0, 'medium');
    expect(late.condition(290, 'critical', 'changed')).toBe('updated, on, step 0, escalation at 300');
    expect(late.condition(295, 'low', 'changed')).toBe('updated, on, step 0, escalation at 300');
  });

  it('goes on while latched, and ends with the acknowledgement', () => {
    const alarm = new Case();
    alarm.condition(0, 'critical');
    expect(alarm.condition(10, 'critical', 'ended')).toBe('updated, latched, step 0, escalation at 30');
    expect(alarm.timer(30, 'escalation')).toBe('escalated, latched, step 1, escalation at 60');
    expect(alarm.acknowledge(40)).toBe('resolved, off, step 1, nothing due');
    expect(alarm.timer(60, 'escalation')).toBe('not_due');
  });

  it('starts over when an acknowledged alert becomes worse', () => {
    const alarm = new Case();
    alarm.condition(0, 'high');
    alarm.timer(60, 'escalation');
    alarm.acknowledge(70);
    expect(alarm.condition(80, 'critical', 'changed')).toBe('updated, on, step 0, escalation at 110');
  });
});

describe('reminder', () => {
  it.each(PRIORITIES)('of %s: audible until acknowledged again, and again', (priority) => {
    const seconds = priority === 'low' || priority === 'medium' ? 600 : 180;
    const alarm = new Case();
    alarm.condition(0, priority);
    expect(alarm.acknowledge(10)).toBe(`acknowledged, acknowledged, step 0, reminder at ${seconds + 10}`);
    expect(alarm.timer(seconds, 'reminder')).toBe('not_due');
    expect(alarm.timer(seconds + 10, 'reminder')).toBe(
      `updated, on, step 0, reminder at ${seconds * 2 + 10}`,
    );
    expect(alarm.alert).toMatchObject({
      status: 'acknowledged',
      remindedAtMs: T0_MS + (seconds + 10) * 1000,
    });
    expect(alarm.acknowledge(seconds + 20)).toBe(
      `acknowledged, acknowledged, step 0, reminder at ${seconds * 2 + 20}`,
    );
    expect(alarm.acknowledge(seconds + 21)).toBe('already');
    expect(alarm.alert?.remindedAtMs).toBeUndefined();
  });

  it('is not put off by a change that is not worse, and ends with the condition', () => {
    const alarm = new Case();
    alarm.condition(0, 'high');
    alarm.acknowledge(10);
    expect(alarm.condition(100, 'high', 'changed')).toBe('updated, acknowledged, step 0, reminder at 190');
    expect(alarm.condition(110, 'high', 'ended')).toBe('resolved, off, step 0, nothing due');
  });

  it('waits for the end of a pause', () => {
    const alarm = new Case({ pause: { untilMs: T0_MS + 200_000, priority: 'high' } });
    alarm.condition(-100, 'high');
    alarm.acknowledge(0);
    expect(alarm.timer(180, 'reminder')).toBe('updated, acknowledged, step 0, reminder at 200');
    expect(alarm.timer(200, 'reminder')).toBe('updated, on, step 0, reminder at 380');
  });
});

describe('signal delay', () => {
  const delayed = { signalDelayMs: { low: 0, medium: 20_000, high: 10_000, critical: 0 } };

  it('keeps the alert quiet, and the escalation counts from the sound', () => {
    const alarm = new Case(delayed);
    expect(alarm.condition(0, 'medium')).toBe('raised, delayed, step 0, signal at 20');
    expect(alarm.timer(19, 'signal')).toBe('not_due');
    expect(alarm.timer(20, 'signal')).toBe('updated, on, step 0, escalation at 320');
  });

  it('is cut short by what is worse, and by an acknowledgement or the end', () => {
    const worse = new Case(delayed);
    worse.condition(0, 'medium');
    expect(worse.condition(5, 'high', 'changed')).toBe('updated, delayed, step 0, signal at 15');
    expect(worse.condition(6, 'critical', 'changed')).toBe('updated, on, step 0, escalation at 36');
    const seen = new Case(delayed);
    seen.condition(0, 'medium');
    expect(seen.acknowledge(5)).toBe('acknowledged, acknowledged, step 0, reminder at 605');
    const over = new Case(delayed);
    over.condition(0, 'medium');
    expect(over.condition(5, 'medium', 'ended')).toBe('resolved, off, step 0, nothing due');
  });

  it('does not silence what sounds already', () => {
    const alarm = new Case(delayed);
    alarm.condition(0, 'low');
    expect(alarm.condition(5, 'medium', 'changed')).toBe('updated, on, step 0, escalation at 305');
  });
});

describe('inhibition', () => {
  it('keeps what is new quiet while its cause lasts, and what becomes worse comes through', () => {
    const alarm = new Case({ inhibits: () => true });
    expect(alarm.condition(0, 'medium')).toBe('raised, inhibited, step 0, signal at 0');
    expect(alarm.timer(5, 'signal')).toBe('not_due');
    alarm.policy = DEFAULT_POLICY;
    expect(alarm.timer(6, 'signal')).toBe('updated, on, step 0, escalation at 306');
    const worse = new Case({ inhibits: () => true });
    worse.condition(0, 'medium');
    expect(worse.condition(1, 'critical', 'changed')).toBe('updated, on, step 0, escalation at 31');
  });
});

describe('pause', () => {
  const until60 = { pause: { untilMs: T0_MS + 60_000, priority: 'medium' } } as const;
  const pause: LifecycleInput = { kind: 'pause', actor: 'Ann' };

  it('raises silently what is not worse than what was paused, and sounds it at the end', () => {
    const alarm = new Case(until60);
    expect(alarm.condition(0, 'medium')).toBe('raised, paused, step 0, signal at 60');
    expect(alarm.timer(60, 'signal')).toBe('updated, on, step 0, escalation at 360');
  });

  it('is broken through by what is worse, raised or become so', () => {
    expect(new Case(until60).condition(0, 'high')).toBe('raised, on, step 0, escalation at 60');
    const alarm = new Case(until60);
    alarm.condition(0, 'medium');
    expect(alarm.condition(5, 'critical', 'changed')).toBe('updated, on, step 0, escalation at 35');
  });

  it('silences what sounds, and starts its escalation over', () => {
    const alarm = new Case();
    alarm.condition(-290, 'medium');
    alarm.policy = { ...DEFAULT_POLICY, ...until60 };
    expect(alarm.at(0, pause)).toBe('updated, paused, step 0, signal at 60');
    expect(alarm.at(1, pause)).toBe('already');
    expect(alarm.at(30, { kind: 'sound', actor: 'Ann', reason: 'pause ended' })).toBe(
      'updated, on, step 0, escalation at 330',
    );
  });

  it('holds a delayed signal', () => {
    const alarm = new Case({ signalDelayMs: { low: 0, medium: 20_000, high: 0, critical: 0 } });
    alarm.condition(0, 'medium');
    alarm.policy = { ...alarm.policy, ...until60 };
    expect(alarm.timer(20, 'signal')).toBe('updated, paused, step 0, signal at 60');
  });

  it('latches: what began and ended while paused is still told', () => {
    const alarm = new Case({ pause: { untilMs: T0_MS + 60_000, priority: 'critical' } });
    alarm.condition(0, 'high');
    expect(alarm.condition(10, 'high', 'ended')).toBe('updated, paused, step 0, signal at 60');
    expect(alarm.timer(60, 'signal')).toBe('updated, latched, step 0, escalation at 120');
  });
});

describe('a condition told late', () => {
  it.each(PRIORITIES)(
    'of %s: held off for 10 s, and over by then, it never sounds nor latches',
    (priority) => {
      const alarm = new Case();
      expect(alarm.late(0, priority, 'began')).toBe('raised, delayed, step 0, signal at 10');
      expect(alarm.timer(9.999, 'signal')).toBe('not_due');
      expect(alarm.late(9.999, priority, 'ended')).toBe('resolved, off, step 0, nothing due');
      expect(alarm.alert).toMatchObject({ late: true, status: 'resolved', resolvedBy: 'system' });
    },
  );

  it.each([
    ['critical', 'escalation at 40'],
    ['high', 'escalation at 70'],
    ['medium', 'escalation at 310'],
    ['low', 'nothing due'],
  ] as const)('of %s whose end did not come goes on as any other', (priority, next) => {
    const alarm = new Case();
    alarm.late(0, priority, 'began');
    expect(alarm.timer(10, 'signal')).toBe(`updated, on, step 0, ${next}`);
    expect(alarm.alert?.late).toBe(true);
  });

  it('latches as any other once it sounded, or where its end is not long ago', () => {
    const sounded = new Case();
    sounded.late(0, 'critical', 'began');
    sounded.timer(10, 'signal');
    expect(sounded.late(11, 'critical', 'ended')).toBe('updated, latched, step 0, escalation at 40');
    const endedNow = new Case();
    endedNow.late(0, 'critical', 'began');
    expect(endedNow.late(1, 'critical', 'ended', 60)).toBe('updated, delayed, step 0, signal at 10');
    expect(endedNow.timer(10, 'signal')).toBe('updated, latched, step 0, escalation at 40');
  });

  it('waits no longer for becoming worse long ago, and not at all for doing so now', () => {
    const worse = new Case();
    worse.late(0, 'medium', 'began');
    expect(worse.late(5, 'critical', 'changed')).toBe('updated, delayed, step 0, signal at 10');
    expect(worse.late(6, 'critical', 'ended')).toBe('resolved, off, step 0, nothing due');
    const now = new Case();
    now.late(0, 'medium', 'began');
    expect(now.late(5, 'critical', 'changed', 60)).toBe('updated, on, step 0, escalation at 35');
  });

  it('makes nothing silent that sounds', () => {
    const alarm = new Case();
    alarm.condition(0, 'medium');
    expect(alarm.late(5, 'critical', 'changed')).toBe('updated, on, step 0, escalation at 35');
    expect(alarm.alert?.late).toBe(false);
  });

  it('is acknowledged as any other', () => {
    const alarm = new Case();
    alarm.late(0, 'critical', 'began');
    expect(alarm.acknowledge(5)).toBe('acknowledged, acknowledged, step 0, reminder at 185');
  });

  it('is told after a pause or an inhibition that lasts longer', () => {
    const paused = new Case({ pause: { untilMs: T0_MS + 60_000, priority: 'high' } });
    expect(paused.late(0, 'high', 'began')).toBe('raised, delayed, step 0, signal at 10');
    expect(paused.timer(10, 'signal')).toBe('updated, paused, step 0, signal at 60');
    const inhibited = new Case({ inhibits: () => true });
    expect(inhibited.late(0, 'high', 'began')).toBe('raised, delayed, step 0, signal at 10');
    expect(inhibited.timer(10, 'signal')).toBe('updated, inhibited, step 0, signal at 10');
    expect(inhibited.late(11, 'high', 'ended')).toBe('resolved, off, step 0, nothing due');
  });
});
