import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RawPoint } from '../../ports/time-series.ts';
import { seededRandom } from '../../testing/random.ts';
import { NO_MARKS } from '../../vitals/reading.ts';
import { noVitals } from '../../vitals/vital.ts';
import { Names } from './names.ts';
import type { Session } from './port-session.ts';
import { pointOf } from './raw-rows.ts';
import { RawTier } from './raw-tier.ts';
import { SqliteTestDatabase } from './sqlite-test-database.ts';

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

  function everything(tier: RawTier, names: Names): RawPoint[] {
    return PATIENTS.flatMap((patient) =>
      tier
        .page(names.idOf(patient) ?? -1, [0, -1], Number.MAX_SAFE_INTEGER, 1_000)
        .map((row) => pointOf(row, names)),
    );
  }

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

  it('makes who writes faster than it can flush wait, and loses nothing', async () => {
    const names = new Names(opened.database);
    const tier = new RawTier(opened.database, names);
    const [sample] = somePoints(1, 1) as [RawPoint];
    const batch = (from: number): RawPoint[] =>
      Array.from({ length: 10_000 }, (_, i) => ({ ...sample, atMs: from + i }));
    await Promise.all(Array.from({ length: 30 }, (_, i) => tier.write(batch(i * 10_000))));
    expect(count('raw_points')).toBeGreaterThan(0);
    await tier.flush();
    await tier.flush();
    expect(count('raw_points')).toBe(300_000);
    await tier.close();
  });
});
