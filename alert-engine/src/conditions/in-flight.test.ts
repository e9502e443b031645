import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { InFlight } from './in-flight.ts';

/** Work that ends when the test says so. */
function makeBench(recordsMax = 10) {
  const commits: number[] = [];
  const failures: unknown[] = [];
  const begun: string[] = [];
  const work = new Map<string, PromiseWithResolvers<void>>();
  let slowCommit: Promise<void> | undefined;
  const inFlight = new InFlight({
    recordsMax,
    async commit(nextOffset) {
      await slowCommit;
      commits.push(nextOffset);
    },
    failed: (error) => failures.push(error),
  });
  return {
    inFlight,
    commits,
    failures,
    begun,
    holdCommits: (until: Promise<void>): void => {
      slowCommit = until;
    },
    start: (key: string, offset: number): Promise<void> => {
      const name = `${key}${offset}`;
      const ending = Promise.withResolvers<void>();
      work.set(name, ending);
      return inFlight.start(key, offset, () => {
        begun.push(name);
        return ending.promise;
      });
    },
    end: async (name: string, error?: Error): Promise<void> => {
      if (error) work.get(name)!.reject(error);
      else work.get(name)!.resolve();
      await turn();
    },
  };
}

describe('records in flight', () => {
  it('of one key run one after the other, of others side by side', async () => {
    const { start, end, begun } = makeBench();
    await start('a', 0);
    await start('a', 1);
    await start('b', 2);
    await turn();
    expect(begun).toEqual(['a0', 'b2']);
    await end('a0');
    expect(begun).toEqual(['a0', 'b2', 'a1']);
  });

  it('are committed in the order of their offsets, however they end', async () => {
    const { start, end, commits } = makeBench();
    await start('a', 3);
    await start('b', 5);
    await start('c', 9);
    await end('b5');
    await end('c9');
    expect(commits).toEqual([]);
    await end('a3');
    expect(commits).toEqual([10]);
  });

  it('go with the next commit while one is under way', async () => {
    const { start, end, commits, holdCommits } = makeBench();
    const held = Promise.withResolvers<void>();
    holdCommits(held.promise);
    for (const offset of [0, 1, 2]) await start('a', offset);
    for (const offset of [0, 1, 2]) await end(`a${offset}`);
    held.resolve();
    await turn();
    expect(commits).toEqual([1, 3]);
  });

  it('are bounded: the next waits for room', async () => {
    const { start, end, begun } = makeBench(2);
    await start('a', 0);
    await start('b', 1);
    const third = start('c', 2);
    await turn();
    expect(begun).toEqual(['a0', 'b1']);
    await end('b1');
    await third;
    expect(begun).toEqual(['a0', 'b1', 'c2']);
  });

  it('that fail are told once, and nothing from them on is committed or begun', async () => {
    const { inFlight, start, end, begun, commits, failures } = makeBench(3);
    await start('a', 0);
    await start('a', 1);
    await start('b', 2);
    const waiting = start('c', 3);
    const error = new Error('no');
    await end('a0', error);
    await waiting;
    await end('b2');
    await inFlight.settle();
    expect(failures).toEqual([error]);
    expect(begun).toEqual(['a0', 'b2']);
    expect(commits).toEqual([]);
  });

  it('have settled when the last is committed', async () => {
    const { inFlight, start, end, commits } = makeBench();
    await start('a', 0);
    await start('a', 1);
    let hasSettled = false;
    const settled = inFlight.settle().then(() => (hasSettled = true));
    await end('a0');
    expect(hasSettled).toBe(false);
    await end('a1');
    await settled;
    expect(commits).toEqual([1, 2]);
  });
});
