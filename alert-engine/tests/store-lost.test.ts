import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import type { Consumer } from '@vitalwire/core/ports/event-log.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { actForGood } from '../src/actions/actions.ts';
import { CONDITIONS_GROUP, consumeConditions } from '../src/conditions/consumer.ts';
import { conditionsDeps } from './conditions-deps.ts';
import { openPorts } from './ports.ts';
import { conditionRecord, sampleCondition } from './samples.ts';

const ONSET_MS = Date.UTC(2026, 0, 1, 12);

type Ports = Awaited<ReturnType<typeof openPorts>>;

const superseded = (): VitalwireError => new VitalwireError('superseded', 'lost', { retriable: false });

/** A store whose lives are databases: the next one has nothing of what was in the one before. */
class MortalStore {
  readonly store: AlertStore;
  /** False: nothing is settled until it is. */
  settles = true;
  /** So many times, what is asked to be settled is not yet. */
  notYet = 0;
  /** Fails as a connection does that is gone. */
  refuses = false;
  #current: AlertStore;
  #life = 1;
  #lost: (() => void)[] = [];

  constructor(first: AlertStore) {
    this.#current = first;
    const reach = async (): Promise<AlertStore> => {
      const life = this.#life;
      await systemClock.sleep(1);
      if (life !== this.#life || this.refuses)
        throw new VitalwireError('unavailable', 'away', { retriable: true });
      return this.#current;
    };
    const own: Partial<AlertStore> = {
      commit: async (event) => (await reach()).commit(event),
      commitUnread: async (event) => (await reach()).commitUnread(event),
      settled: async (life) => {
        for (;;) {
          if (life !== String(this.#life)) throw superseded();
          if (this.notYet-- > 0) throw new VitalwireError('unavailable', 'not yet', { retriable: true });
          if (this.settles) return;
          await systemClock.sleep(5);
        }
      },
      onLost: (lost) => void this.#lost.push(lost),
    };
    this.store = new Proxy(first, {
      get: (_, name) => {
        if (name === 'life') return String(this.#life);
        const member: unknown = own[name as keyof AlertStore] ?? Reflect.get(this.#current, name);
        return typeof member === 'function' ? (member.bind(this.#current) as unknown) : member;
      },
    });
  }

  die(next: AlertStore): void {
    this.#current = next;
    this.#life++;
    for (const lost of this.#lost) lost();
  }
}

let ports: Ports;
let next: Ports;
let mortal: MortalStore;
const running: Consumer[] = [];

beforeEach(async () => {
  [ports, next] = await Promise.all([openPorts(), openPorts()]);
  mortal = new MortalStore(ports.alerts);
});
afterEach(async () => {
  mortal.settles = true;
  for (const consumer of running.splice(0)) await consumer.stop();
  await Promise.all([ports.close(), next.close()]);
});

const deps = () => conditionsDeps({ log: ports.log, alerts: mortal.store });
const start = async (): Promise<void> => {
  const consumer = await consumeConditions(deps());
  consumer.failed.catch(() => {});
  running.push(consumer);
};
const events = async (of: Ports): Promise<string[]> =>
  ((await of.alerts.eventsAfter({}, ['West'], 1_000))?.events ?? []).map(
    ({ event }) => `${event.event} ${event.alert.conditionId} ${event.alert.version}`,
  );
const committed = async (): Promise<number> =>
  [...(await ports.log.committed(CONDITIONS_GROUP, TOPICS.conditions.name)).values()].reduce(
    (sum, offset) => sum + offset,
    0,
  );

const first = sampleCondition({ priority: 'critical' });
const firstEnded = sampleCondition({ priority: 'critical', event: 'ended', revision: 2, value: 95 });
const second = sampleCondition({ onsetMs: ONSET_MS + 60_000 });
const secondEnded = sampleCondition({ onsetMs: ONSET_MS + 60_000, event: 'ended', revision: 2 });
const ALL = [first, firstEnded, second];
const EVENTS = [`raised ${first.id} 1`, `updated ${first.id} 2`, `updated ${second.id} 3`];

describe('a store that may lose what is not settled', () => {
  it('is told at once, and the offset follows when it has settled', async () => {
    mortal.settles = false;
    await ports.log.append(ALL.map(conditionRecord));
    await start();
    await eventually(async () => expect(await events(ports)).toEqual(EVENTS));
    expect(await committed()).toBe(0);
    mortal.settles = true;
    await eventually(async () => expect(await committed()).toBe(ALL.length));
  });

  it('has all of it again after it has lost it, in order, whatever was under way', async () => {
    mortal.settles = false;
    await ports.log.append([first, firstEnded].map(conditionRecord));
    await start();
    await eventually(async () => expect(await events(ports)).toHaveLength(2));
    // What waits for the old life would be first in the new one.
    mortal.refuses = true;
    await ports.log.append([second, secondEnded].map(conditionRecord));
    await systemClock.sleep(100);
    mortal.refuses = false;
    mortal.die(next.alerts);
    const again = [...EVENTS, `updated ${second.id} 4`];
    await eventually(async () => expect(await events(next)).toEqual(again));
    mortal.settles = true;
    await eventually(async () => expect(await committed()).toBe(4));
    expect(await events(next)).toEqual(again);
  });

  it('keeps what was settled, and goes back no further', async () => {
    await ports.log.append([first, firstEnded].map(conditionRecord));
    await start();
    await eventually(async () => expect(await committed()).toBe(2));
    mortal.settles = false;
    await ports.log.append([conditionRecord(second)]);
    await eventually(async () => expect(await events(ports)).toHaveLength(3));
    mortal.die(next.alerts);
    await eventually(async () => expect(await events(next)).toEqual([`raised ${second.id} 1`]));
  });

  it('is asked again for an action whose answer waits, and answered for once it is there for good', async () => {
    await ports.log.append([conditionRecord(first)]);
    mortal.settles = false;
    await start();
    await eventually(async () => expect(await events(ports)).toHaveLength(1));
    let isAnswered = false;
    const acting = actForGood(deps(), 'West', first.id, { kind: 'acknowledge', actor: 'Ann' });
    void acting.then(
      () => (isAnswered = true),
      () => {},
    );
    await eventually(async () => expect(await events(ports)).toHaveLength(2));
    expect(isAnswered).toBe(false);
    await next.alerts.commit((await ports.alerts.history('West', first.id))[0]!);
    mortal.die(next.alerts);
    await eventually(async () =>
      expect(await events(next)).toEqual([`raised ${first.id} 1`, `acknowledged ${first.id} 2`]),
    );
    mortal.settles = true;
    expect(await acting).toMatchObject({ kind: 'done', alert: { acknowledgedBy: 'Ann' } });
  });

  it.each([
    { rounds: 2, answer: 'done' },
    { rounds: 3, answer: 'unavailable' },
  ])('that settles after $rounds rounds of waiting: $answer', async ({ rounds, answer }) => {
    await ports.log.append([conditionRecord(first)]);
    await start();
    await eventually(async () => expect(await committed()).toBe(1));
    mortal.notYet = rounds;
    const acting = actForGood(deps(), 'West', first.id, { kind: 'acknowledge', actor: 'Ann' });
    const answered = acting.then(
      ({ kind }) => kind,
      (error: unknown) => error instanceof VitalwireError && error.code,
    );
    expect(await answered).toBe(answer);
  });
});
