import { spawn } from 'node:child_process';
import { accessSync, constants, createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setPriority } from 'node:os';
import { setInterval as ticks } from 'node:timers/promises';
import type { Report } from './engine.ts';
import { EngineFailure } from './failure.ts';

const backgroundPriority = 10;
const progressEveryMs = 10_000;

export interface LongCommand {
  /** What it does, for people: `building influxd`. */
  readonly step: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Takes all output; its end is quoted when the command fails. */
  readonly log: string;
  readonly report: Report;
}

const running = new Set<number>();

/** Ends every download and build of this process, with what they started. Their steps fail. */
export function endLongCommands(): void {
  for (const pid of running) {
    try {
      process.kill(-pid, 'SIGTERM');
    } catch {
      // It ended by itself.
    }
  }
}

/** Runs a download or a build at low priority, telling every ten seconds that it still works and on what. */
export async function runLong(command: LongCommand): Promise<void> {
  const startedMs = performance.now();
  const seconds = () => Math.round((performance.now() - startedMs) / 1000);
  mkdirSync(dirname(command.log), { recursive: true });
  const log = createWriteStream(command.log, { flags: 'a' });
  let lastLine = '';
  command.report(`${command.step} …`);
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    env: { ...process.env, ...command.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: builds start compilers, which are to end with them.
    detached: true,
  });
  const { pid } = child;
  if (pid !== undefined) running.add(pid);
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  });
  if (pid !== undefined) setPriority(pid, backgroundPriority);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log.write(text);
      lastLine = text.trimEnd().split('\n').at(-1)?.trim() || lastLine;
    });
  }
  const finished = new AbortController();
  const progress = (async () => {
    for await (const _ of ticks(progressEveryMs, undefined, { signal: finished.signal })) {
      command.report(`${command.step} … ${seconds()} s  ${lastLine.slice(0, 90)}`);
    }
  })().catch(() => {});
  try {
    const code = await ended;
    if (code !== 0) {
      throw new EngineFailure(
        `${command.step} failed (${command.program} ended with ${code}); its log ${command.log} ends:\n` +
          readTail(command.log, 12),
      );
    }
  } finally {
    if (pid !== undefined) running.delete(pid);
    finished.abort();
    await progress;
    await new Promise<void>((resolve) => log.end(resolve));
  }
  command.report(`${command.step}: done in ${seconds()} s`);
}

/** The path of a program on the PATH, or undefined. */
export function findProgram(name: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}

/** The same, or one clear line what to install. */
export function needProgram(name: string, purpose: string, install: string): string {
  const path = findProgram(name);
  if (path === undefined) {
    throw new EngineFailure(`${purpose} needs ${name}, which is not on the PATH: ${install}`, 2);
  }
  return path;
}

export function readTail(path: string, lines: number): string {
  try {
    return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
