import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from './lock.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'engines-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('one at a time, whoever waits is told once, and a failure frees the lock', async () => {
  const path = join(folder, 'a.lock');
  let [inside, insideMax, told] = [0, 0, 0];
  const work = async () => {
    insideMax = Math.max(insideMax, (inside += 1));
    await sleep(20);
    inside -= 1;
    throw new Error('failed');
  };
  const results = await Promise.allSettled([1, 2, 3].map(() => withLock(path, () => (told += 1), work)));
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect([insideMax, told]).toEqual([1, 2]);
  expect(existsSync(path)).toBe(false);
});

test('a lock whose holder died is taken over', async () => {
  const path = join(folder, 'a.lock');
  writeFileSync(path, `${process.pid} 1\n`);
  expect(
    await withLock(
      path,
      () => {},
      () => Promise.resolve('done'),
    ),
  ).toBe('done');
});
