import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';
import { createRegistry } from '../../runtime/metrics.ts';
import { ManualClock } from '../../testing/manual-clock.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { Checkpointer } from './checkpointer.ts';
import { GroupCommit } from './group-commit.ts';
import { sqliteMetrics } from './metrics.ts';

/** The log's header counts how often it was started over. */
const restartsOf = (walPath: string): number => readFileSync(walPath).readUInt32BE(12);

const logger = createLogger('test', 'silent');

describe('GroupCommit', () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let path: string;
  let connection: DatabaseSync;
  const descriptors: number[] = [];
  beforeEach(() => {
    folder = temporaryFolder();
    path = join(folder.path, 'x.db');
    connection = new DatabaseSync(path);
    connection.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE t (x)',
    );
  });
  afterEach(() => {
    for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
    connection.close();
    folder.remove();
  });

  function groupCommit(
    walPath: string,
    metrics?: ReturnType<typeof sqliteMetrics>,
    clock: Clock = systemClock,
  ): GroupCommit {
    const walFd = openSync(walPath, 'r+');
    descriptors.push(walFd);
    return new GroupCommit({ connection, walFd, clock, logger, metrics });
  }

  it('lets a transaction take its share of the time where turns are long, and gives each lane one', async () => {
    let nowMs = 0;
    const commits = groupCommit(`${path}-wal`, undefined, { ...systemClock, monotonic: () => nowMs });
    let ran: Record<'urgent' | 'bulk', number> = { urgent: 0, bulk: 0 };
    const transactions: (typeof ran)[] = [];
    const submit = (lane: 'urgent' | 'bulk'): Promise<void> =>
      commits.submit(
        () => {
          nowMs += 1;
          ran[lane]++;
        },
        lane,
        () => {
          if (ran.urgent + ran.bulk === 0) return;
          transactions.push(ran);
          ran = { urgent: 0, bulk: 0 };
          // The turns of the event loop until the next transaction.
          nowMs += 100;
        },
      );
    await Promise.all(Array.from({ length: 40 }, () => [submit('urgent'), submit('bulk')]).flat());
    expect(transactions).toEqual([
      { urgent: 3, bulk: 3 },
      { urgent: 25, bulk: 25 },
      { urgent: 12, bulk: 12 },
    ]);
    // Nothing waited meanwhile.
    nowMs += 10_000;
    transactions.length = 0;
    await Promise.all(Array.from({ length: 6 }, () => submit('bulk')));
    expect(transactions[0]).toEqual({ urgent: 0, bulk: 3 });
  });

  it('believes nothing any more once an fsync failed', async () => {
    // No fsync of this device succeeds.
    const commits = groupCommit('/dev/null');
    const insert = () => connection.exec('INSERT INTO t VALUES (1)');
    const outcomes = await Promise.allSettled([
      commits.submit(insert, 'urgent'),
      commits.submit(insert, 'urgent'),
    ]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: 'unavailable', retriable: false },
      });
    }
    await expect(commits.submit(insert, 'urgent')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(commits.read(() => 1)).rejects.toMatchObject({ code: 'unavailable' });
    await commits.close();
  });

  it('shares a transaction among those who ask in one turn', async () => {
    const metrics = sqliteMetrics(createRegistry('test'));
    const commits = groupCommit(`${path}-wal`, metrics, new ManualClock());
    await Promise.all(Array.from({ length: 30 }, () => commits.submit(() => undefined, 'urgent')));
    const commitCount = (await metrics.commitSeconds.get()).values.find(({ metricName }) =>
      metricName?.endsWith('_count'),
    );
    expect(commitCount?.value).toBe(1);
  });

  it('lets a prompt job build on what was written, within the same fsync', async () => {
    const metrics = sqliteMetrics(createRegistry('test'));
    const commits = groupCommit(`${path}-wal`, metrics);
    const story: string[] = [];
    let second: Promise<void> | undefined;
    const first = commits.submit(
      () => 'first',
      'urgent',
      (value) => {
        story.push(`${value} written`);
        second = commits.submit(
          () => undefined,
          'prompt',
          () => story.push('second written'),
        );
      },
    );
    await first.then(() => story.push('first durable'));
    await second?.then(() => story.push('second durable'));
    expect(story).toEqual(['first written', 'second written', 'first durable', 'second durable']);
    await commits.close();
  });

  it('waits with an fsync for what follows from what was written, and for nothing else', async () => {
    const metrics = sqliteMetrics(createRegistry('test'));
    const commits = groupCommit(`${path}-wal`, metrics, new ManualClock());
    const fsyncs = async (): Promise<number | undefined> =>
      (await metrics.commitSeconds.get()).values.find(({ metricName }) => metricName?.endsWith('_count'))
        ?.value;
    const alert = Promise.withResolvers<number | undefined>();
    const archived = Promise.withResolvers<number | undefined>();
    // As an event log's consumer does: in a later microtask.
    const follow = (job: () => Promise<void>): void => void Promise.resolve().then(job);
    const raise = async (): Promise<void> => {
      await commits.submit(() => undefined, 'prompt');
      alert.resolve(await fsyncs());
    };
    const judge = async (): Promise<void> =>
      commits.submit(
        () => undefined,
        'prompt',
        () => follow(raise),
      );
    const archive = async (): Promise<void> => {
      await commits.submit(() => undefined, 'bulk');
      archived.resolve(await fsyncs());
    };
    await commits.submit(
      () => undefined,
      'urgent',
      () => {
        follow(archive);
        follow(judge);
      },
    );
    expect([await alert.promise, await archived.promise]).toEqual([1, 2]);
    await commits.close();
  });

  it('starts the write-ahead log over under a steady stream of writes', async () => {
    const commits = groupCommit(`${path}-wal`);
    const initial = restartsOf(`${path}-wal`);
    const fd = openSync(path, 'r+');
    const checkpointer = new Checkpointer({
      path,
      fd,
      commits,
      clock: systemClock,
      logger,
      metrics: undefined,
      restartFrames: 50,
    });
    const insert = connection.prepare('INSERT INTO t VALUES (zeroblob(40000))');
    const state = { writing: true };
    const writer = (async () => {
      while (state.writing) await commits.submit(() => void insert.run(), 'urgent');
    })();
    // A machine that is busy elsewhere may cost one run its moment: the next run has it.
    let runs = 0;
    while (restartsOf(`${path}-wal`) < initial + 4 && runs < 40) {
      for (let j = 0; j < 10; j++) await commits.submit(() => void insert.run(), 'urgent');
      await checkpointer.run();
      await commits.submit(() => void insert.run(), 'urgent');
      runs++;
    }
    state.writing = false;
    await writer;
    expect(restartsOf(`${path}-wal`)).toBeGreaterThanOrEqual(initial + 4);
    await checkpointer.close();
    await commits.close();
    closeSync(fd);
  });
});
