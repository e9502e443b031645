import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import { afterEach, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('support/fake-distributed.ts', import.meta.url));
const PATIENCE_MS = 30_000;

interface Started {
  readonly process: ChildProcess;
  readonly lines: string[];
  /** Exit code, or the signal's name. */
  readonly ended: Promise<number | string | null>;
  /** Process ids of the children, in the order of their starts. */
  readonly pids: () => number[];
}

const started: Started[] = [];

afterEach(() => {
  for (const { process, pids } of started.splice(0)) {
    process.kill('SIGKILL');
    for (const pid of pids().filter(isRunning)) globalThis.process.kill(pid, 'SIGKILL');
  }
});

async function start(...manners: string[]): Promise<Started> {
  const child = spawn(process.execPath, [MAIN, ...manners], { stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => lines.push(line));
  const ended = new Promise<number | string | null>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal)),
  );
  const pids = (): number[] => lines.flatMap((line) => /pid (\d+)$/.exec(line)?.[1] ?? []).map(Number);
  const one = { process: child, lines, ended, pids };
  started.push(one);
  await eventually(() => expect(lines).toContain('up'), PATIENCE_MS);
  return one;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('components as children of one process', () => {
  it.for<[NodeJS.Signals]>([['SIGINT'], ['SIGTERM']])(
    'drain at %s, which ends it with 0',
    async ([signal]) => {
      const { process, lines, ended, pids } = await start();
      process.kill(signal);
      // From the terminal and from npm, it is still one.
      process.kill(signal);
      expect(await ended).toBe(0);
      expect(lines).toEqual(expect.arrayContaining(['alerting drained', 'storage drained']));
      expect(pids().filter(isRunning)).toEqual([]);
    },
  );

  it('end at once at the second signal, also one that does not drain', async () => {
    const { process, lines, ended, pids } = await start('deaf');
    process.kill('SIGINT');
    await eventually(() => expect(lines).toContain('draining'), PATIENCE_MS);
    await sleep(1_000);
    process.kill('SIGINT');
    expect(await ended).toBe(130);
    await eventually(() => expect(pids().filter(isRunning)).toEqual([]), PATIENCE_MS);
  });

  it('are named when they fail to drain, and it ends with 1', async () => {
    const { process, lines, ended } = await start('drains', 'fails');
    process.kill('SIGTERM');
    expect(await ended).toBe(1);
    expect(lines.join('\n')).toMatch(/storage ended with 1/);
  });

  it('are named when they die, and started anew', async () => {
    const { lines, pids } = await start();
    process.kill(pids()[0] ?? 0, 'SIGKILL');
    await eventually(() => expect(pids()).toHaveLength(3), PATIENCE_MS);
    expect(lines.find((line) => line.includes('a component ended'))).toMatch(
      /"component":"alerting"|alerting/,
    );
  });
});
