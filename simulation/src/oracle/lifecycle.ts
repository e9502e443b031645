import type { Alert, AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import { PRIORITY_RANK } from '@vitalwire/core/alarms/condition.ts';
import { POLICY } from '../components/alert-engine.ts';
import { REGION } from '../components/ports.ts';
import type { SimulatedAlerts } from '../stores/alert-store.ts';

/** Told of more than this after its delay had passed, an alert is late, and silent at first. */
const LATE_AFTER_MS = 60_000;
/** By the end every engine has run for two minutes: what is due later than that was forgotten. */
const OVERDUE_MS = 5_000;

type State = 'pending' | 'latched' | 'acknowledged' | 'resolved';

/** What may become of an alert, by the state it is in: docs/alert-lifecycle.md. */
const MOVES: Readonly<Record<State, Readonly<Partial<Record<AlertEvent['event'], readonly State[]>>>>> = {
  pending: {
    updated: ['pending', 'latched'],
    acknowledged: ['acknowledged'],
    escalated: ['pending'],
    resolved: ['resolved'],
  },
  latched: { updated: ['latched', 'pending'], escalated: ['latched'], resolved: ['resolved'] },
  acknowledged: {
    updated: ['acknowledged', 'pending'],
    acknowledged: ['acknowledged'],
    resolved: ['resolved'],
  },
  resolved: {},
};

/** Every alert went its way by the table, each timer fired once and not before its time, and none was forgotten. */
export function checkLives(alerts: SimulatedAlerts, endMs: number): string[] {
  const violations: string[] = [];
  const lives = new Map<string, AlertEvent[]>();
  for (const { event } of alerts.eventsOf(REGION)) {
    const life = lives.get(event.alert.id) ?? [];
    lives.set(event.alert.id, life);
    life.push(event);
  }
  for (const [id, life] of lives) {
    const wrong = (what: string, event: AlertEvent): void =>
      void violations.push(
        `alert ${id} v${event.alert.version} (${event.event}, ${event.reason ?? '-'}): ${what}`,
      );
    for (const [index, event] of life.entries()) {
      const before = life[index - 1]?.alert;
      if (before === undefined) checkFirst(event, wrong);
      else checkMove(before, event, wrong);
    }
    const last = life.at(-1);
    const dueMs = last && earliestDueMs(last.alert);
    if (last === undefined || dueMs === undefined || dueMs >= endMs - OVERDUE_MS) continue;
    // An inhibited signal is always due, and waits for its cause.
    if (last.alert.silence === 'inhibited' && isExcused(last.alert, alerts.all())) continue;
    wrong('a timer was forgotten', last);
  }
  return violations;
}

const INHIBITING: readonly string[] = ['signal_lost', 'lead_off'];

const isExcused = ({ patientId }: Alert, all: readonly Alert[]): boolean =>
  all.some(
    (one) => one.patientId === patientId && one.status !== 'resolved' && INHIBITING.includes(one.type),
  );

type Wrong = (what: string, event: AlertEvent) => void;

function checkFirst(event: AlertEvent, wrong: Wrong): void {
  const { alert } = event;
  if (alert.historical) return;
  if (alert.late !== event.atMs - alert.raisedAtMs > LATE_AFTER_MS) wrong('late, or not', event);
  if (alert.late && alert.silence === undefined) wrong('told late, and sounds at once', event);
}

function checkMove(before: Alert, event: AlertEvent, wrong: Wrong): void {
  const { alert, atMs, reason } = event;
  const [from, to] = [stateOf(before), stateOf(alert)];
  if (MOVES[from][event.event]?.includes(to) !== true) wrong(`${from} to ${to}`, event);
  if (event.event === 'escalated') {
    const by = alert.escalationStep - before.escalationStep;
    if (by !== 1 || before.escalationDueMs === undefined || atMs < before.escalationDueMs)
      wrong(`escalated by ${by} before it was due`, event);
    if (alert.escalationStep > POLICY.escalationSteps) wrong('escalated beyond the chain', event);
  } else if (alert.escalationStep > before.escalationStep) wrong('a step without an escalation', event);
  if (reason === 'reminder' && (before.reminderDueMs === undefined || atMs < before.reminderDueMs)) {
    wrong('reminded before it was due', event);
  }
  if (reason === 'was over before it could be told' && before.silence === undefined) {
    wrong('had sounded', event);
  }
  if (
    to === 'pending' &&
    PRIORITY_RANK[alert.priority] < PRIORITY_RANK[before.priority] &&
    from !== 'acknowledged'
  ) {
    wrong('grew quieter unseen', event);
  }
}

function stateOf({ status, endedAtMs }: Alert): State {
  return status === 'pending' && endedAtMs !== undefined ? 'latched' : status;
}

function earliestDueMs({ signalDueMs, reminderDueMs, escalationDueMs }: Alert): number | undefined {
  const due = [signalDueMs, reminderDueMs, escalationDueMs].filter((ms) => ms !== undefined);
  return due.length === 0 ? undefined : Math.min(...due);
}
