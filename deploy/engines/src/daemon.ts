import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeWhole, type Layout } from './layout.ts';
import { processStart } from './process-identity.ts';

const logBytesMax = 20_000_000;
const pollMs = 50;

/** A process that outlives the command that started it, known by its pid file. */
export class Daemon {
  readonly #name: string;
  readonly #layout: Layout;

  constructor(name: string, layout: Layout) {
    this.#name = name;
    this.#layout = layout;
  }

  /** The process id, or undefined when it does not run. A pid that now belongs to another process does not count. */
  pid(): number | undefined {
    let text: string;
    try {
      text = readFileSync(this.#pidFile(), 'utf8');
    } catch {
      return undefined;
    }
    const [pid, start] = text.trim().split(' ');
    return pid !== undefined && start !== undefined && processStart(Number(pid)) === start
      ? Number(pid)
      : undefined;
  }

  /** Starts it in its own session, so that neither Ctrl-C nor the end of this process reaches it. */
  async spawn(command: { readonly program: string; readonly args: readonly string[] }): Promise<void> {
    const logPath = this.#layout.log(this.#name);
    mkdirSync(dirname(logPath), { recursive: true });
    keepLogBounded(logPath);
    const log = openSync(logPath, 'a');
    try {
      const child = spawn(command.program, command.args, {
        cwd: this.#layout.home,
        detached: true,
        stdio: ['ignore', log, log],
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
      child.unref();
      writeWhole(this.#pidFile(), `${child.pid} ${processStart(child.pid ?? 0) ?? 'gone'}\n`);
    } finally {
      closeSync(log);
    }
  }

  /** SIGTERM, and SIGKILL when that is not enough in time. Resolves once it is gone, with how it went. */
  async stop(secondsMax: number): Promise<'was-down' | 'stopped' | 'killed'> {
    if (!this.#signal('SIGTERM')) return 'was-down';
    if (await this.#gone(secondsMax)) return 'stopped';
    await this.kill();
    return 'killed';
  }

  /** SIGKILL: the process gets no chance to flush or say goodbye. False when it was down. */
  async kill(): Promise<boolean> {
    if (!this.#signal('SIGKILL')) return false;
    await this.#gone(30);
    return true;
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL'): boolean {
    const pid = this.pid();
    if (pid === undefined) return false;
    process.kill(pid, signal);
    return true;
  }

  async #gone(secondsMax: number): Promise<boolean> {
    const untilMs = performance.now() + secondsMax * 1000;
    while (this.pid() !== undefined) {
      if (performance.now() > untilMs) return false;
      await sleep(pollMs);
    }
    rmSync(this.#pidFile(), { force: true });
    return true;
  }

  #pidFile(): string {
    return this.#layout.run(`${this.#name}.pid`);
  }
}

/** One older log is kept; a log is cut only between runs, for the running process holds it open. */
function keepLogBounded(path: string): void {
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes > logBytesMax) renameSync(path, `${path}.1`);
}
