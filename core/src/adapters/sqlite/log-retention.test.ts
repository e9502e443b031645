import type { LogRecord } from '../../ports/event-log.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Retention } from '../../runtime/topics.ts';
import { readAll, record, textOf } from '../../testing/contracts/event-log-harness.ts';
import { SkewedClock } from '../../testing/skewed-clock.ts';
import { SqliteEventLog } from './event-log.ts';
import { SqliteTestDatabase } from './sqlite-test-database.ts';

const HOUR_MS = 3_600_000;
const TIMED: Retention = { kind: 'time', ms: HOUR_MS };

/** A record whose value is compared by its bytes, whatever kind of array they came in. */
const bytesOf = (record: LogRecord): object => ({ ...record, value: record.value && [...record.value] });

describe('LogRetention', () => {
  let clock: SkewedClock;
  let opened: SqliteTestDatabase<SqliteEventLog>;
  beforeEach(async () => {
    clock = new SkewedClock();
    opened = await SqliteTestDatabase.open(
      (database) =>
        SqliteEventLog.open(
          database,
          [
            { name: 'timed', retention: TIMED },
            { name: 'compacted', retention: { kind: 'compact' } },
          ],
          2,
        ),
      (log) => log.close(),
      clock,
    );
  });
  afterEach(() => opened.close());

  const append = (topic: string, key: string, ...values: (string | null)[]): Promise<void> =>
    opened.port.append(values.map((value) => ({ ...record(topic, key, value), timestampMs: clock.now() })));
  const values = async (topic: string): Promise<string[]> =>
    (await readAll(opened.port, topic)).map((found) => (found.value === null ? 'deleted' : textOf(found)));

  it('removes by time, step after step, and never gives an offset twice, restarts included', async () => {
    await append('timed', 'K', ...Array.from({ length: 1200 }, (_, i) => String(i)));
    clock.skip(HOUR_MS / 2);
    await append('timed', 'K', 'young');
    const [before] = await readAll(opened.port, 'timed');
    const nexts = (await opened.port.bounds('timed')).map(({ next }) => next);
    clock.skip(HOUR_MS / 2 + 1000);
    await opened.port.retain();
    expect(await values('timed')).toEqual(['young']);
    clock.skip(HOUR_MS);
    await opened.port.retain();
    expect(await values('timed')).toEqual([]);
    await opened.reopen();
    expect((await opened.port.bounds('timed')).map(({ next }) => next)).toEqual(nexts);
    await append('timed', 'K', 'after');
    const [after] = await readAll(opened.port, 'timed');
    expect(after?.offset).toBe((before?.offset ?? 0) + 1201);
  });

  it('leaves the newest of each key of a compacted topic, however old, with its offset', async () => {
    for (let i = 0; i < 700; i++) void append('compacted', `K${i % 3}`, String(i));
    await append('compacted', 'K9', 'lonely');
    const newest = (await readAll(opened.port, 'compacted')).filter((found) =>
      ['697', '698', '699', 'lonely'].includes(textOf(found)),
    );
    clock.skip(1000 * HOUR_MS);
    await opened.port.retain();
    await opened.reopen();
    expect((await readAll(opened.port, 'compacted')).map(bytesOf)).toEqual(newest.map(bytesOf));
  });

  it('keeps a deletion for a day, then forgets the key', async () => {
    await append('compacted', 'K', 'old', null);
    await opened.port.retain();
    expect(await values('compacted')).toEqual(['deleted']);
    clock.skip(25 * HOUR_MS);
    // Something new: a partition without news is not compacted again.
    await append('compacted', 'K', 'x', null);
    await append('compacted', 'other', 'there');
    clock.skip(25 * HOUR_MS);
    await opened.reopen();
    await opened.port.retain();
    await opened.reopen();
    expect(await values('compacted')).toEqual(['there']);
  });

  it('lets a consumer whose place is gone go on with what is left', async () => {
    await append('timed', 'K', 'old');
    clock.skip(2 * HOUR_MS);
    await append('timed', 'K', 'new');
    await opened.port.retain();
    const seen: string[] = [];
    const tail = await opened.port.tail('timed', (records) => void seen.push(...records.map(textOf)));
    expect(seen).toEqual(['new']);
    await tail.stop();
  });
});
