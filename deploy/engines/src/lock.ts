import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processStart } from './process-identity.ts';

const pollMs = 100;
let attempts = 0;

/**
 * Runs `work` while no other process, and nothing else in this one, holds the same lock file. A lock whose holder
 * has died is taken over. `waiting` is called once when there is something to wait for.
 */
export async function withLock<T>(
  path: string,
  waiting: (holder: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!tryLock(path)) {
    const holder = readHolder(path);
    if (holder !== undefined && processStart(holder.pid) !== holder.start) {
      takeAway(path, holder);
      continue;
    }
    if (!told && holder !== undefined) waiting(`pid ${holder.pid}`);
    told = true;
    await sleep(pollMs);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** A link appears with its content or not at all, so nobody ever reads an empty lock. */
function tryLock(path: string): boolean {
  const draft = `${path}.${process.pid}.${(attempts += 1)}`;
  writeFileSync(draft, `${process.pid} ${processStart(process.pid)}\n`);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes a dead holder's lock; one that somebody else took over in the meantime is put back. */
function takeAway(path: string, dead: Holder): void {
  const aside = `${path}.${process.pid}.aside`;
  try {
    renameSync(path, aside);
    if (readHolder(aside)?.start !== dead.start) linkSync(aside, path);
  } catch {
    // Somebody else was faster: the next attempt to lock decides.
  } finally {
    rmSync(aside, { force: true });
  }
}

interface Holder {
  readonly pid: number;
  readonly start: string;
}

function readHolder(path: string): Holder | undefined {
  try {
    const [pid, start] = readFileSync(path, 'utf8').trim().split(' ');
    return { pid: Number(pid), start: start ?? '' };
  } catch {
    return undefined;
  }
}
