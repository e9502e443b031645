import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processStart } from './process-identity.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'engines-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A build that starts a compiler, which says who it is. */
const build = (): string => `
  import { endLongCommands, runLong } from ${JSON.stringify(import.meta.resolve('./command.ts'))};
  process.once('SIGTERM', () => { endLongCommands(); process.exit(143); });
  await runLong({
    step: 'building', program: 'sh', args: ['-c', 'sh -c "echo \\$\\$ > compiler.pid; sleep 600"; true'],
    cwd: ${JSON.stringify(folder)}, env: {}, log: ${JSON.stringify(join(folder, 'build.log'))}, report: () => {},
  });
`;

async function until<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await sleep(20);
  }
}

describe('a build', () => {
  it('ends with the command that started it, and what it started too', async () => {
    const command = spawn(process.execPath, ['--input-type=module-typescript', '--eval', build()], {
      stdio: 'inherit',
    });
    const compiler = await until(() => {
      try {
        return Number(readFileSync(join(folder, 'compiler.pid'), 'utf8').trim()) || undefined;
      } catch {
        return undefined;
      }
    });
    expect(processStart(compiler)).toBeDefined();
    const ended = new Promise((resolve) => command.once('close', resolve));
    command.kill('SIGTERM');
    expect(await ended).toBe(143);
    await until(() => (processStart(compiler) === undefined ? true : undefined));
  });
});
