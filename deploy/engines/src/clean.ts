import { execFile } from 'node:child_process';
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EngineFailure } from './failure.ts';
import type { Supervisor } from './supervisor.ts';

const execute = promisify(execFile);

const removed = {
  leftovers: ['build', 'logs'],
  data: ['build', 'logs', 'data', 'config'],
  all: ['build', 'logs', 'data', 'config', 'secrets', 'run', 'engines.env', 'programs', 'cache'],
} as const;

/**
 * Removes what the engines made, and nothing that may lie beside it in the same folder. The token outlives `data`, so
 * that a component started before still has the right one.
 */
export async function clean(supervisor: Supervisor, what: keyof typeof removed): Promise<readonly string[]> {
  const running = (await supervisor.status())
    .filter((node) => node.pid !== undefined)
    .map((node) => node.node);
  if (running.length > 0) {
    throw new EngineFailure(`${running.join(', ')} still run: npm run engines -- down first`, 2);
  }
  const { home } = supervisor.layout;
  const paths = removed[what].map((name) => join(home, name)).filter((path) => existsSync(path));
  for (const path of paths) {
    // Go keeps its module cache read-only, which would keep its owner from removing it.
    await execute('chmod', ['-R', 'u+w', path]);
    rmSync(path, { recursive: true, force: true });
  }
  if (what === 'all' && existsSync(home) && readdirSync(home).length === 0) rmdirSync(home);
  return paths;
}
