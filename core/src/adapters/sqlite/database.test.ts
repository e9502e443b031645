import { DatabaseSync } from 'node:sqlite';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';
import { eventually } from '../../testing/eventually.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { SqliteDatabase } from './database.ts';

const logger = createLogger('test', 'silent');

describe('SqliteDatabase', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  const opened: SqliteDatabase[] = [];
  beforeEach(() => {
    folder = temporaryFolder();
    path = join(folder.path, 'deep', 'down', 'x.db');
  });
  afterEach(async () => {
    for (const database of opened.splice(0)) await database.close();
    folder.remove();
  });

  function open(): SqliteDatabase {
    const database = new SqliteDatabase({ path, clock: systemClock, logger, metrics: undefined });
    opened.push(database);
    return database;
  }
  /** Answers the first value of the first row, where there is one. */
  function outside(sql: string): unknown {
    mkdirSync(dirname(path), { recursive: true });
    const connection = new DatabaseSync(path);
    const [last = '', ...before] = sql.split('; ').toReversed();
    for (const statement of before.toReversed()) connection.exec(statement);
    const row = connection.prepare(last).get();
    connection.close();
    return row === undefined ? undefined : Object.values(row)[0];
  }
  const table = (database: SqliteDatabase): Promise<unknown> =>
    database.write(() => database.prepare('CREATE TABLE t (x PRIMARY KEY, y)').run());
  const insert = (database: SqliteDatabase, x: unknown, y: string | null = null): Promise<unknown> =>
    database.write(() => database.prepare('INSERT INTO t VALUES (?, ?)').run(x as number, y));
  const count = (database: SqliteDatabase): Promise<unknown> =>
    database.read(() => database.prepare('SELECT count(*) AS n FROM t').get()?.['n']);

  it('refuses a schema newer than it knows, by its number, and leaves it alone', async () => {
    await open().close();
    const known = outside('PRAGMA user_version');
    outside('PRAGMA user_version = 9999');
    expect(open).toThrow(/schema version 9999.*versions up to \d+/);
    outside(`PRAGMA user_version = ${Number(known)}`);
    await open().ping();
  });

  it('brings a database of the first version up to date', async () => {
    await open().close();
    outside(
      'DROP TABLE raw_journal; ALTER TABLE raw_points DROP COLUMN received_at_ms; PRAGMA user_version = 1',
    );
    await open().close();
    expect(outside('SELECT count(received_at_ms) FROM raw_points')).toBe(0);
  });

  it('refuses the database of another program', () => {
    outside('CREATE TABLE theirs (x)');
    expect(open).toThrow(/another program/);
  });

  it('refuses a second opening, and opens again after the first was closed', async () => {
    const first = open();
    expect(open).toThrow(/in use by another process/);
    await first.close();
    await open().ping();
  });

  it('rejects the caller of a failing statement alone, and undoes all of it', async () => {
    const database = open();
    await table(database);
    const outcomes = await Promise.allSettled([
      insert(database, 1),
      database.write(() => {
        database.prepare('INSERT INTO t VALUES (100, NULL)').run();
        database.prepare('INSERT INTO t VALUES (1, NULL)').run();
      }),
      insert(database, 2),
      insert(database, 1),
      insert(database, 3),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(await count(database)).toBe(3);
  });

  it('commits together what is asked for together, in order', async () => {
    const database = open();
    await table(database);
    const order: number[] = [];
    let transactions = 0;
    let last: Promise<unknown> = Promise.resolve();
    for (let i = 0; i < 50; i++) {
      last = insert(database, i).then(() => order.push(i));
      // A job sees whether it is the first of its transaction: the total of changes grows with those before it.
      void database.write(() => void transactions++);
    }
    await last;
    expect(order).toEqual([...Array.from({ length: 50 }).keys()]);
    expect(await count(database)).toBe(50);
  });

  it('waits while the disk is full, and goes on when there is room, dropping nothing', async () => {
    const database = open();
    await table(database);
    const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count']);
    database.prepare(`PRAGMA max_page_count = ${pages + 2}`).get();
    const writes = Promise.all([1, 2, 3, 4].map((x) => insert(database, x, 'y'.repeat(20_000))));
    let settled = false;
    void writes.finally(() => (settled = true));
    await new Promise((resolve) => void setTimeout(resolve, 50));
    expect(settled).toBe(false);
    database.prepare('PRAGMA max_page_count = 1000000').get();
    await writes;
    expect(await count(database)).toBe(4);
  });

  it('refuses what comes when too much waits already, and stores what it took', async () => {
    const database = open();
    const writes: Promise<unknown>[] = [];
    for (let i = 0; i < 100_000; i++) writes.push(database.write(() => undefined));
    await expect(database.write(() => undefined)).rejects.toMatchObject({
      code: 'overloaded',
      retriable: true,
    });
    await Promise.all(writes);
    await database.write(() => undefined);
  });

  it('stores what it accepted before it is closed, and refuses what comes after', async () => {
    const database = open();
    await table(database);
    const accepted = [1, 2, 3].map((x) => insert(database, x));
    await Promise.all([database.close(), database.close()]);
    await Promise.all(accepted);
    await expect(insert(database, 4)).rejects.toMatchObject({ code: 'closed' });
    await expect(count(database)).rejects.toMatchObject({ code: 'closed' });
    await expect(database.ping()).rejects.toMatchObject({ code: 'unavailable' });
    expect(await count(open())).toBe(3);
  });

  it('lets urgent writes overtake bulk ones', async () => {
    const database = open();
    const order: string[] = [];
    const spin = (): void => {
      const untilMs = performance.now() + 2;
      while (performance.now() < untilMs);
    };
    const bulk = Array.from({ length: 20 }, () =>
      database.write(spin, 'bulk').then(() => void order.push('bulk')),
    );
    await eventually(() => expect(order.length).toBeGreaterThan(0));
    await database.write(() => undefined).then(() => void order.push('urgent'));
    await Promise.all(bulk);
    expect(order.indexOf('urgent')).toBeLessThan(order.length - 1);
  });
});
