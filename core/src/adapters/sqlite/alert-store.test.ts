import { describe, expect, it } from 'vitest';
import { alertStoreContract } from '../../testing/contracts/alert-store-contract.ts';
import { raised, resolved, sampleAlert } from '../../testing/contracts/alert-samples.ts';
import { SkewedClock } from '../../testing/skewed-clock.ts';
import { SqliteAlertStore } from './alert-store.ts';
import { SqliteTestDatabase } from './sqlite-test-database.ts';

const DAY_MS = 86_400_000;

function openStore(clock: SkewedClock): Promise<SqliteTestDatabase<SqliteAlertStore>> {
  return SqliteTestDatabase.open(
    (database) => new SqliteAlertStore(database),
    (store) => store.close(),
    clock,
  );
}

alertStoreContract('SQLite', async () => {
  const opened = await openStore(new SkewedClock());
  return {
    get store() {
      return opened.port;
    },
    peer: async () => opened.port,
    reopen: () => opened.reopen(),
    close: () => opened.close(),
  };
});

describe('SqliteAlertStore', () => {
  it('keeps events and resolved alerts for 30 days, open alerts without end', async () => {
    const clock = new SkewedClock();
    const opened = await openStore(clock);
    const store = opened.port;
    const [gone, open] = [sampleAlert('gone', 'West', 'P1'), sampleAlert('open', 'West', 'P2')];
    for (const event of [raised(gone), raised(open), resolved(gone)]) await store.commit(event);
    const { cursor } = await store.snapshot(['West']);
    clock.skip(29 * DAY_MS);
    await store.retain();
    expect((await store.eventsAfter({}, ['West'], 10))?.events).toHaveLength(3);
    expect(await store.get('West', 'gone')).toBeDefined();
    await store.commit(raised(sampleAlert('late', 'West', 'P3')));
    clock.skip(2 * DAY_MS);
    await store.retain();
    expect(await store.get('West', 'gone')).toBeUndefined();
    expect(await store.get('West', 'open')).toEqual(open);
    expect(await store.eventsAfter({}, ['West'], 10)).toBeUndefined();
    const rest = await store.eventsAfter(cursor, ['West'], 10);
    expect(rest?.events.map(({ event }) => event.alert.id)).toEqual(['late']);
    await opened.close();
  });

  it('removes more than one step of old events', async () => {
    const clock = new SkewedClock();
    const opened = await openStore(clock);
    await Promise.all(
      Array.from({ length: 450 }, async (_, i) => {
        const alert = sampleAlert(`A${i}`, 'West', `P${i}`);
        await opened.port.commit(raised(alert));
        await opened.port.commit(resolved(alert));
      }),
    );
    clock.skip(31 * DAY_MS);
    await opened.port.retain();
    const count = (table: string): unknown =>
      opened.database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'];
    expect([count('alerts'), count('alert_events')]).toEqual([0, 0]);
    await opened.close();
  });

  it('tells the same events from memory, past what memory holds, and after a restart', async () => {
    const opened = await openStore(new SkewedClock());
    for (let i = 0; i < 1_300; i++) await opened.port.commit(raised(sampleAlert(`A${i}`, 'West', `P${i}`)));
    const all = async () => {
      const told: unknown[] = [];
      for (let cursor = {}; ;) {
        const page = (await opened.port.eventsAfter(cursor, ['West', 'East'], 100))!;
        if (page.events.length === 0) return told;
        told.push(...page.events);
        ({ cursor } = page);
      }
    };
    const before = await all();
    expect(before).toHaveLength(1_300);
    await opened.reopen();
    expect(await all()).toEqual(before);
    await opened.close();
  });

  it('does not take the cursor of another database for its own', async () => {
    const clock = new SkewedClock();
    const [first, second] = [await openStore(clock), await openStore(clock)];
    for (const { port } of [first, second]) await port.commit(raised(sampleAlert('A', 'West', 'P1')));
    const { cursor } = await first.port.snapshot(['West']);
    expect(await first.port.eventsAfter(cursor, ['West'], 10)).toBeDefined();
    expect(await second.port.eventsAfter(cursor, ['West'], 10)).toBeUndefined();
    await first.close();
    await second.close();
  });
});
