import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { COMPILE_CACHE } from '@vitalwire/core/runtime/compile-cache.ts';
import type { ReadyMessage } from '@vitalwire/core/runtime/run-component.ts';

/** The entry points, by what they run. */
const MAINS = {
  'ingest-gateway': ['@vitalwire/ingest-gateway/main.ts'],
  alerting: ['@vitalwire/stream-processors/main.ts', 'alerting'],
  storage: ['@vitalwire/stream-processors/main.ts', 'storage'],
  'alert-engine': ['@vitalwire/alert-engine/main.ts'],
} as const;

export type ComponentName = keyof typeof MAINS;

/** An entry point and its arguments. */
export type Main = readonly [path: string, ...args: string[]];

const running = new Set<ChildProcess>();

/** Ends every component of this process now, without a drain. */
export function killComponents(): void {
  for (const child of running) child.kill('SIGKILL');
}

export interface Ended {
  /** null where a signal ended it. */
  readonly exitCode: number | null;
}

/** A component as a child process; it drains and ends by itself when its parent is gone. */
export class ComponentProcess {
  readonly name: ComponentName;
  /** Resolves when the process is gone. */
  readonly ended: Promise<Ended>;
  /** The ports it listens on, once it is up. Rejects where it ends before. */
  readonly ready: Promise<Readonly<Record<string, number>>>;
  readonly #child: ChildProcess;

  constructor(
    name: ComponentName,
    environment: Readonly<Record<string, string | undefined>>,
    onLine: (line: string) => void,
    main?: Main,
  ) {
    this.name = name;
    const [path, ...args] = main ?? mainOf(name);
    this.#child = fork(path, args, {
      env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...environment },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      execArgv: [],
      // In a group of its own: Ctrl-C in the terminal reaches the parent, which stops its children in order.
      detached: true,
    });
    running.add(this.#child);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', onLine);
    }
    const { promise, resolve, reject } = Promise.withResolvers<Readonly<Record<string, number>>>();
    this.ready = promise;
    promise.catch(() => {});
    this.#child.once('message', (message) => resolve((message as ReadyMessage).ports));
    this.ended = new Promise((resolveEnded) => {
      const gone = (exitCode: number | null): void => {
        running.delete(this.#child);
        reject(new ComponentEnded(name, exitCode));
        resolveEnded({ exitCode });
      };
      // After its output, so that what it said last is heard first.
      this.#child.once('close', gone);
      this.#child.once('error', () => gone(null));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends the signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<Ended> {
    this.#child.kill(signal);
    return this.ended;
  }
}

function mainOf(name: ComponentName): Main {
  const [main, ...args] = MAINS[name];
  return [fileURLToPath(import.meta.resolve(main)), ...args];
}

/** A component ended before it was up; what it said went to `onLine`. */
export class ComponentEnded extends Error {
  override readonly name = 'ComponentEnded';
  readonly exitCode: number | null;

  constructor(component: ComponentName, exitCode: number | null) {
    super(`${component} ended with ${exitCode ?? 'a signal'} before it was up`);
    this.exitCode = exitCode;
  }
}
