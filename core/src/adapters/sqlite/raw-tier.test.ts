import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RawPoint } from '../../ports/time-series.ts';
import { seededRandom } from '../../testing/random.ts';
import { NO_MARKS } from '../../vitals/reading.ts';
import { noVitals } from '../../vitals/vital.ts';
import { Names } from './names.ts';
import type { Session } from './port-session.ts';
import { pointOf, type RawRow, type RowKey } from './raw-rows.ts';
import { RawTier } from './raw-tier.ts';
import { SqliteTestDatabase } from './sqlite-test-database.ts';

const END_MS = 1_000_000;
const PATIENTS = ['P1', 'P2', 'P3'];

/** Many of them name the same point: what is told of it then depends on the order. */
function somePoints(seed: number, count: number): RawPoint[] {
  const random = seededRandom(seed);
  const below = (end: number): number => Math.floor(random() * end);
  return Array.from({ length: count }, () => ({
    patientId: PATIENTS[below(3)] as string,
    deviceId: `D${below(2)}`,
    region: 'Northeast',
    atMs: 1_000 * below(30),
    vitals: { ...noVitals(), [random() < 0.5 ? 'heartbeat' : 'temperature']: below(200) },
    validity: random() < 0.2 ? { oxygen_saturation: 'not_available' } : NO_MARKS,
    mode: 'real',
    clockCorrectionMs: 0,
  }));
}

/** Refuses the write of this number and all after it, as a process does that has died. */
function dyingSession(session: Session, atWrite: number): Session {
  let writes = 0;
  return {
    clock: session.clock,
    logger: session.logger,
    prepare: (sql) => session.prepare(sql),
    write: (job, lane, written) =>
      writes++ < atWrite ? session.write(job, lane, written) : Promise.reject(new Error('died')),
    read: (query) => session.read(query),
    peek: (query) => session.peek(query),
    ping: () => session.ping(),
  };
}

describe('RawTier', () => {
  let opened: SqliteTestDatabase<undefined>;
  beforeEach(async () => {
    opened = await SqliteTestDatabase.open(
      () => undefined,
      () => Promise.resolve(),
    );
  });
  afterEach(() => opened.close());

  const count = (table: string): unknown =>
    opened.database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'];

  function allOf(
    patientId: string,
    tier: RawTier,
    names: Names,
    pageRows: number,
    endMs: number,
  ): RawPoint[] {
    const points: RawPoint[] = [];
    for (let after: RowKey = [0, -1]; ;) {
      const { rows, isLast } = tier.page(names.idOf(patientId) ?? -1, after, endMs, pageRows);
      points.push(...rows.map((row) => pointOf(row, names)));
      if (isLast) return points;
      const [, atMs, device] = rows.at(-1) as RawRow;
      after = [atMs, device];
    }
  }

  const everything = (tier: RawTier, names: Names, pageRows = 1_000, endMs = END_MS): RawPoint[] =>
    PATIENTS.flatMap((patientId) => allOf(patientId, tier, names, pageRows, endMs));

  it('leaves the journal empty, and every point where it belongs', async () => {
    const names = new Names(opened.database);
    const tier = new RawTier(opened.database, names);
    await tier.write(somePoints(1, 500));
    await tier.write(somePoints(2, 500));
    const before = everything(tier, names);
    expect(count('raw_points')).toBe(0);
    await tier.flush();
    expect(everything(tier, names)).toEqual(before);
    expect(before.length).toBeGreaterThan(100);
    expect(count('raw_points')).toBe(before.length);
    expect(count('raw_journal')).toBe(0);
    await tier.close();
  });

  it('has the same points whichever of its writes is its last, and goes on from there', async () => {
    const batches = [1, 2, 3].map((seed) => somePoints(seed, 120));
    const names = new Names(opened.database);
    await names.ensure([...PATIENTS, 'D0', 'D1', 'Northeast']);
    let expected: RawPoint[] | undefined;
    let deaths = 0;
    for (let atWrite = 2; ; atWrite++) {
      opened.database.prepare('DELETE FROM raw_points').run();
      opened.database.prepare('DELETE FROM raw_journal').run();
      const dying = new RawTier(dyingSession(opened.database, atWrite), names);
      await dying.write(batches[0] as RawPoint[]);
      await dying.write(batches[1] as RawPoint[]);
      const died = await dying.flush().then(
        () => false,
        () => true,
      );
      await dying.close();
      const next = new RawTier(opened.database, names);
      await next.write(batches[2] as RawPoint[]);
      const unmoved = everything(next, names);
      expected ??= unmoved;
      expect(unmoved).toEqual(expected);
      await next.flush();
      expect(everything(next, names)).toEqual(expected);
      expect(count('raw_journal')).toBe(0);
      await next.close();
      if (!died) break;
      deaths++;
    }
    expect(deaths).toBeGreaterThan(3);
  });

  it('is read whole while it is flushed', async () => {
    const names = new Names(opened.database);
    const tier = new RawTier(opened.database, names);
    await tier.write(somePoints(1, 1_000));
    const expected = everything(tier, names);
    const moved = tier.flush().then(() => true);
    let reads = 0;
    for (let isMoved = false; !isMoved; reads++) {
      expect(await opened.database.read(() => everything(tier, names))).toEqual(expected);
      isMoved = await Promise.race([moved, nextTurn(false)]);
    }
    expect(reads).toBeGreaterThan(2);
    await tier.close();
  });

  it('answers the same in pages of any size, wherever the points are', async () => {
    const names = new Names(opened.database);
    const tier = new RawTier(opened.database, names);
    await tier.write(somePoints(1, 300));
    await tier.flush();
    await tier.write(somePoints(2, 300));
    const all = everything(tier, names);
    expect(count('raw_points')).toBeLessThan(all.length);
    for (const pageRows of [1, 2, 3, 7, 20, all.length]) {
      expect(everything(tier, names, pageRows)).toEqual(all);
      for (const lastMs of new Set(all.map(({ atMs }) => atMs))) {
        const before = all.filter(({ atMs }) => atMs <= lastMs);
        expect(everything(tier, names, pageRows, lastMs + 1)).toEqual(before);
      }
    }
    await tier.close();
  });

  it('keeps in the journal what is written while a flush removes what it has moved', async () => {
    const names = new Names(opened.database);
    const tier = new RawTier(opened.database, names);
    const points = somePoints(1, 65);
    // As many entries as are removed in one step: whether that was all is only seen by another.
    for (const point of points.slice(1)) await tier.write([point]);
    const before = count('raw_journal');
    const flushed = tier.flush();
    while (Number(count('raw_journal')) === before) await nextTurn();
    await tier.write(points.slice(0, 1));
    await flushed;
    expect([before, count('raw_journal')]).toEqual([64, 1]);
    await tier.close();
    const next = new RawTier(opened.database, names);
    expect(everything(next, names)).toEqual(everything(tier, names));
    await next.close();
  });

  it('refuses a point without a moment, and stores the others', async () => {
    const names = new Names(opened.database);
    const tier = new RawTier(opened.database, names);
    const [point, other] = somePoints(1, 2) as [RawPoint, RawPoint];
    await expect(tier.write([{ ...point, atMs: Number.NaN }])).rejects.toMatchObject({ code: 'rejected' });
    await tier.write([other]);
    await tier.flush();
    expect(count('raw_points')).toBe(1);
    await tier.close();
  });

  it('makes who writes faster than it can flush wait, and loses nothing', async () => {
    const names = new Names(opened.database);
    const tier = new RawTier(opened.database, names);
    const [sample] = somePoints(1, 1) as [RawPoint];
    const batch = (from: number): RawPoint[] =>
      Array.from({ length: 1_000 }, (_, i) => ({ ...sample, atMs: from + i }));
    const writes: number[] = [];
    let most = 0;
    await Promise.all(
      Array.from({ length: 30 }, async (_, writer) => {
        for (let i = 0; i < 10; i++) {
          await tier.write(batch(writer * 10_000 + i * 1_000));
          writes[writer] = (writes[writer] ?? 0) + 1;
          most = Math.max(most, Math.max(...writes) - Math.min(...writes));
        }
      }),
    );
    expect(count('raw_points')).toBeGreaterThan(0);
    // Nobody waits while the others write on.
    expect(most).toBeLessThan(5);
    await tier.flush();
    await tier.flush();
    expect(count('raw_points')).toBe(300_000);
    await tier.close();
  });
});
