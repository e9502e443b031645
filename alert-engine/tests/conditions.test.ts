import { signalOf } from '@vitalwire/core/alarms/alert.ts';
import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import type { Consumer } from '@vitalwire/core/ports/event-log.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { act } from '../src/actions/actions.ts';
import { DEFAULT_POLICY } from '../src/lifecycle/policy.ts';
import { applyCondition } from '../src/conditions/apply.ts';
import { CONDITIONS_GROUP, consumeConditions, type ConditionsDeps } from '../src/conditions/consumer.ts';
import { isTelling } from '../src/notify/stages/something-new.ts';
import { conditionsDeps } from './conditions-deps.ts';
import { PARTITIONS, openPorts } from './ports.ts';
import { conditionRecord, sampleCondition } from './samples.ts';

const ONSET_MS = Date.UTC(2026, 0, 1, 12);

let ports: Awaited<ReturnType<typeof openPorts>>;
const running: Consumer[] = [];

beforeEach(async () => {
  ports = await openPorts();
});
afterEach(async () => {
  for (const consumer of running.splice(0)) await consumer.stop();
  await ports.close();
});

const depsWith = (changes: Partial<ConditionsDeps> = {}): ConditionsDeps => conditionsDeps(ports, changes);

async function start(changes: Partial<ConditionsDeps> = {}): Promise<Consumer> {
  const consumer = await consumeConditions(depsWith(changes));
  consumer.failed.catch(() => {});
  running.push(consumer);
  return consumer;
}

/** The store, with some of its methods replaced. */
function withChanges(store: AlertStore, changes: Partial<AlertStore>): AlertStore {
  return new Proxy(store, {
    get(target, name) {
      const changed = changes[name as keyof AlertStore];
      if (changed) return changed;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

async function everyEvent(): Promise<string[]> {
  const page = await ports.alerts.eventsAfter({}, ['West'], 1_000);
  return (page?.events ?? []).map(({ event }) => `${event.event} ${event.alert.version}`);
}

async function untilCommitted(): Promise<void> {
  await eventually(async () => {
    const committed = await ports.log.committed(CONDITIONS_GROUP, TOPICS.conditions.name);
    const bounds = await ports.log.bounds(TOPICS.conditions.name);
    for (const { partition, first, next } of bounds) {
      if (next > first) expect(committed.get(partition)).toBe(next);
    }
  });
}

const first = sampleCondition({ priority: 'critical' });
const firstEnded = sampleCondition({ priority: 'critical', event: 'ended', revision: 2, value: 95 });
const second = sampleCondition({ onsetMs: ONSET_MS + 60_000 });
const secondEnded = sampleCondition({ onsetMs: ONSET_MS + 60_000, event: 'ended', revision: 2 });

describe('conditions', () => {
  it('become alerts in their order, and the offset follows', async () => {
    await ports.log.append([first, firstEnded].map(conditionRecord));
    await start();
    await untilCommitted();
    expect(await everyEvent()).toEqual(['raised 1', 'updated 2']);
    expect(await ports.alerts.open('West', 'P1')).toMatchObject([
      { status: 'pending', priority: 'critical' },
    ]);
  });

  it('raise one alert when the engine dies between the store and the group', async () => {
    await ports.log.append([first, firstEnded, second].map(conditionRecord));
    const dying = depsWith();
    // What the dead engine did: everything up to, and not including, the commit of its offset.
    for (const condition of [first, firstEnded, second]) {
      await applyCondition(condition, ports.alerts, systemClock, dying.metrics, () => DEFAULT_POLICY);
    }
    const before = await everyEvent();
    await start();
    await untilCommitted();
    expect(await everyEvent()).toEqual(before);
  });

  it('raise nothing again on replay after the alert that went on with them was closed', async () => {
    const all = [first, firstEnded, second, secondEnded];
    const deps = depsWith();
    for (const condition of all)
      await applyCondition(condition, ports.alerts, systemClock, deps.metrics, () => DEFAULT_POLICY);
    await act(deps, 'West', first.id, { kind: 'acknowledge', actor: 'Ann' });
    expect(await ports.alerts.open('West', 'P1')).toEqual([]);
    const before = await everyEvent();
    await ports.log.append(all.map(conditionRecord));
    await start();
    await untilCommitted();
    expect(await everyEvent()).toEqual(before);
    const third = sampleCondition({ onsetMs: ONSET_MS + 120_000 });
    await ports.log.append([conditionRecord(third)]);
    await eventually(async () =>
      expect(await ports.alerts.open('West', 'P1')).toMatchObject([{ id: third.id, version: 1 }]),
    );
  });

  it('wait for a store that is away, in order, and move no offset meanwhile', async () => {
    let away = true;
    const mustBeThere = (): void => {
      if (away) throw new VitalwireError('unavailable', 'away', { retriable: true });
    };
    const changes: Partial<AlertStore> = {
      async commit(event) {
        mustBeThere();
        return ports.alerts.commit(event);
      },
      async commitUnread(event) {
        mustBeThere();
        return ports.alerts.commitUnread(event);
      },
    };
    await ports.log.append([first, firstEnded].map(conditionRecord));
    await start({ alerts: withChanges(ports.alerts, changes) });
    await systemClock.sleep(150);
    expect(await ports.log.committed(CONDITIONS_GROUP, TOPICS.conditions.name)).toEqual(new Map());
    away = false;
    await untilCommitted();
    expect(await everyEvent()).toEqual(['raised 1', 'updated 2']);
  });

  it('are not lost when the engine is stopped while the store is away', async () => {
    const commit = async (): Promise<never> => {
      throw new VitalwireError('unavailable', 'away', { retriable: true });
    };
    await ports.log.append([conditionRecord(first)]);
    const alerts = withChanges(ports.alerts, { commit, commitUnread: commit });
    const consumer = await start({ alerts });
    await systemClock.sleep(100);
    await consumer.stop();
    expect(await ports.log.committed(CONDITIONS_GROUP, TOPICS.conditions.name)).toEqual(new Map());
    await start();
    await untilCommitted();
    expect(await everyEvent()).toEqual(['raised 1']);
  });

  it('are applied once when a commit went through and its answer did not', async () => {
    let lost = 0;
    const answered = <T>(outcome: T): T => {
      if (lost++ % 2 === 1) return outcome;
      throw new VitalwireError('unavailable', 'no answer', { retriable: true });
    };
    const changes: Partial<AlertStore> = {
      commit: async (event) => answered(await ports.alerts.commit(event)),
      commitUnread: async (event) => answered(await ports.alerts.commitUnread(event)),
    };
    await ports.log.append([first, firstEnded].map(conditionRecord));
    await start({ alerts: withChanges(ports.alerts, changes) });
    await untilCommitted();
    expect(lost).toBeGreaterThan(2);
    expect(await everyEvent()).toEqual(['raised 1', 'updated 2']);
  });

  it('that cannot be read are set aside with their reason, and hold up nothing', async () => {
    const broken = { ...conditionRecord(first), value: Buffer.from('{"id":1}') };
    await ports.log.append([broken, conditionRecord(first)]);
    await start();
    await untilCommitted();
    expect(await everyEvent()).toEqual(['raised 1']);
    const letters = await Promise.all(
      Array.from({ length: PARTITIONS }, (_, partition) =>
        ports.log.read({ topic: TOPICS.deadLetters.name, partition, offset: 0 }, 10),
      ),
    );
    expect(letters.flat()).toHaveLength(1);
    expect(letters.flat()[0]).toMatchObject({ key: 'P1', headers: { topic: TOPICS.conditions.name } });
  });

  it('and people change an alert at once without losing either', async () => {
    const deps = depsWith();
    await applyCondition(sampleCondition(), ports.alerts, systemClock, deps.metrics, () => DEFAULT_POLICY);
    const worse = sampleCondition({ event: 'changed', revision: 2, priority: 'critical' });
    const staff = Array.from({ length: 5 }, (_, i) =>
      act(deps, 'West', first.id, { kind: 'acknowledge', actor: `nurse ${i}` }),
    );
    await Promise.all([
      applyCondition(worse, ports.alerts, systemClock, deps.metrics, () => DEFAULT_POLICY),
      ...staff,
    ]);
    const [alert] = await ports.alerts.open('West', 'P1');
    expect(alert).toMatchObject({ priority: 'critical', conditionRevision: 2 });
    expect((await ports.alerts.history('West', first.id)).map(({ alert }) => alert.version)).toEqual(
      Array.from({ length: alert?.version ?? 0 }, (_, i) => i + 1),
    );
  });

  it('that were found late are recorded once by two engines, whatever stands, and told to nobody', async () => {
    const found = sampleCondition({
      event: 'ended',
      onsetMs: ONSET_MS - 3_600_000,
      atMs: ONSET_MS - 3_000_000,
      priority: 'critical',
      historical: { beganAtMs: ONSET_MS - 3_585_000 },
    });
    await ports.log.append([conditionRecord(first), conditionRecord(found), conditionRecord(found)]);
    await Promise.all([start(), start()]);
    await untilCommitted();
    const deps = depsWith();
    await applyCondition(found, ports.alerts, systemClock, deps.metrics, () => DEFAULT_POLICY);

    expect(await everyEvent()).toEqual(['raised 1', 'resolved 1']);
    expect(await ports.alerts.open('West', 'P1')).toMatchObject([{ id: first.id, version: 1 }]);
    const [event] = await ports.alerts.history('West', found.id);
    expect(event).toMatchObject({
      event: 'resolved',
      actor: 'system',
      reason: 'found in readings that came late',
      alert: {
        historical: true,
        status: 'resolved',
        priority: 'critical',
        onsetMs: found.onsetMs,
        raisedAtMs: ONSET_MS - 3_585_000,
        endedAtMs: found.atMs,
        signalDueMs: undefined,
        escalationDueMs: undefined,
      },
    });
    expect(signalOf(event!.alert)).toBe('off');
    expect(isTelling(event!)).toBe(false);
  });
});
