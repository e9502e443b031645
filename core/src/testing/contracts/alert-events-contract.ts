import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Alert } from '../../alarms/alert.ts';
import type { AlertStore, Cursor, StoredEvent } from '../../ports/alert-store.ts';
import { eventually } from '../eventually.ts';
import { freshName } from '../fresh-name.ts';
import { acknowledged, raised, resolved, sampleAlert } from './alert-samples.ts';

interface Current {
  readonly harness: { readonly store: AlertStore; peer(): Promise<AlertStore>; reopen(): Promise<void> };
  readonly region: string;
  readonly raise: (changes?: Partial<Alert>) => Promise<Alert>;
}

async function follow(
  store: AlertStore,
  from: Cursor,
  regions: readonly string[],
  limit: number,
): Promise<{ events: StoredEvent[]; cursor: Cursor }> {
  const events: StoredEvent[] = [];
  for (let cursor = from; ;) {
    const page = await store.eventsAfter(cursor, regions, limit);
    if (!page) throw new Error('the cursor is too old');
    expect(page.events.length).toBeLessThanOrEqual(limit);
    if (page.events.length === 0) return { events, cursor: page.cursor };
    events.push(...page.events);
    cursor = page.cursor;
  }
}

/** The part of the AlertStore contract that is about its sequences of events. */
export function alertEventsContract(current: () => Current): void {
  const told = (events: readonly StoredEvent[]): string[] =>
    events.map(({ event }) => `${event.event} ${event.alert.id}`);

  describe('events', () => {
    it('tells all of a region in order from the beginning, or from any position on', async () => {
      const { harness, region, raise } = current();
      const first = await raise();
      const second = await raise({ type: 'high_heartrate' });
      await harness.store.commit(acknowledged(first));
      await harness.store.commit(resolved(acknowledged(first).alert));
      await raise({ region: freshName('region') });
      const expected = [
        `raised ${first.id}`,
        `raised ${second.id}`,
        `acknowledged ${first.id}`,
        `resolved ${first.id}`,
      ];
      const { events, cursor } = await follow(harness.store, {}, [region], 100);
      expect(told(events)).toEqual(expected);
      expect(events.every((stored) => stored.region === region)).toBe(true);
      expect(events[2]?.event).toEqual(acknowledged(first));
      expect(told((await follow(harness.store, {}, [region], 1)).events)).toEqual(expected);
      for (const [i, { position }] of events.entries()) {
        const rest = await follow(harness.store, { [region]: position }, [region], 2);
        expect(told(rest.events)).toEqual(expected.slice(i + 1));
      }
      expect(await harness.store.eventsAfter(cursor, [region], 10)).toEqual({ events: [], cursor });
    });

    it('goes on after a snapshot with what the snapshot does not have', async () => {
      const { harness, region, raise } = current();
      const before = await raise();
      const silent = freshName('region');
      const { alerts, cursor } = await harness.store.snapshot([region, silent]);
      expect(alerts).toEqual([before]);
      expect((await harness.store.eventsAfter(cursor, [region, silent], 10))?.events).toEqual([]);
      const after = await raise({ type: 'high_heartrate' });
      const first = await raise({ region: silent });
      const { events } = await follow(harness.store, cursor, [region, silent], 10);
      expect(told(events).toSorted()).toEqual([`raised ${after.id}`, `raised ${first.id}`].toSorted());
    });

    it('follows several regions, each in order, at most as many as asked for', async () => {
      const { harness, raise } = current();
      const regions = [freshName('region'), freshName('region'), freshName('region')];
      const expected = new Map<string, string[]>();
      for (let i = 0; i < 12; i++) {
        const region = regions[i % 3] ?? '';
        const { id } = await raise({ region, patientId: freshName('P') });
        expected.set(region, [...(expected.get(region) ?? []), `raised ${id}`]);
      }
      const { events } = await follow(harness.store, {}, regions, 5);
      expect(events).toHaveLength(12);
      for (const region of regions) {
        expect(told(events.filter((stored) => stored.region === region))).toEqual(expected.get(region));
      }
    });

    it('never skips and never doubles while several processes commit', async () => {
      const { harness, region } = current();
      const peer = await harness.peer();
      const alerts = Array.from({ length: 40 }, () =>
        sampleAlert(freshName('alert'), region, freshName('P')),
      );
      const state = { committing: true };
      const commits = Promise.all(
        alerts.map((alert, i) => (i % 2 === 0 ? harness.store : peer).commit(raised(alert))),
      ).finally(() => {
        state.committing = false;
      });
      const seen: StoredEvent[] = [];
      let cursor: Cursor = {};
      while (state.committing) {
        const page = await follow(harness.store, cursor, [region], 3);
        seen.push(...page.events);
        cursor = page.cursor;
        await nextTurn();
      }
      await commits;
      seen.push(...(await follow(harness.store, cursor, [region], 3)).events);
      expect(told(seen).toSorted()).toEqual(alerts.map(({ id }) => `raised ${id}`).toSorted());
    });

    it('keeps sequence and positions over a restart', async () => {
      const { harness, region, raise } = current();
      const first = await raise();
      const { cursor } = await harness.store.snapshot([region]);
      const second = await raise({ type: 'high_heartrate' });
      await harness.reopen();
      const third = await raise({ type: 'high_temperature' });
      const rest = await follow(harness.store, cursor, [region], 10);
      expect(told(rest.events)).toEqual([`raised ${second.id}`, `raised ${third.id}`]);
      expect(told((await follow(harness.store, {}, [region], 10)).events)[0]).toBe(`raised ${first.id}`);
    });

    it('asks for a snapshot where the cursor is none of its own', async () => {
      const { harness, region, raise } = current();
      await raise();
      expect(await harness.store.eventsAfter({ [region]: 'no such position' }, [region], 10)).toBeUndefined();
    });

    it('wakes whoever waits for commits, in every process', async () => {
      const { harness, region, raise } = current();
      const peer = await harness.peer();
      const woken: string[] = [];
      await harness.store.onCommit((region) => void woken.push(`own ${region}`));
      await peer.onCommit((region) => void woken.push(`peer ${region}`));
      await raise();
      await eventually(() =>
        expect(woken).toEqual(expect.arrayContaining([`own ${region}`, `peer ${region}`])),
      );
      expect((await harness.store.eventsAfter({}, [region], 10))?.events).toHaveLength(1);
    });
  });
}
