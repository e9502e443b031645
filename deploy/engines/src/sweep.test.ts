import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Daemon } from './daemon.ts';
import { Layout } from './layout.ts';
import { sweepEngines, sweptFolder } from './sweep.ts';

let parent: string;
beforeEach(() => void (parent = mkdtempSync(join(tmpdir(), 'engines-'))));
afterEach(() => rmSync(parent, { recursive: true, force: true }));

const engine = async (folder: string): Promise<Daemon> => {
  const home = join(folder, 'vitalwire-own');
  mkdirSync(home, { recursive: true });
  const daemon = new Daemon('redis-1', new Layout(home));
  await daemon.spawn({ program: 'sleep', args: ['600'] });
  return daemon;
};

describe('engines that nobody stopped', () => {
  it('are ended with their folder', async () => {
    const folder = await sweptFolder(parent, 'tests');
    const daemon = await engine(folder);
    expect(daemon.pid()).toBeDefined();
    expect(await sweepEngines(folder)).toEqual(['vitalwire-own: redis-1']);
    expect(daemon.pid()).toBeUndefined();
    expect(existsSync(folder)).toBe(false);
    expect(await sweepEngines(folder)).toEqual([]);
  });

  it('are ended by the next who comes, where their owner died', async () => {
    const own = await engine(await sweptFolder(parent, 'tests'));
    // An id that is this process's now, and was another's when that one started.
    const dead = await engine(join(parent, `tests-${process.pid}-1`));
    await sweptFolder(parent, 'tests');
    expect(dead.pid()).toBeUndefined();
    expect(own.pid()).toBeDefined();
    await own.kill();
  });
});
