import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { freePort } from '@vitalwire/engines/free-ports.ts';

export type Mode = 'embedded' | 'distributed';

const MAINS: Readonly<Record<Mode, string>> = {
  embedded: '../../../deploy/embedded/src/main.ts',
  distributed: '../../../deploy/distributed/src/main.ts',
};
const COMPONENTS = ['ingest-gateway', 'alerting', 'storage', 'alert-engine'] as const;
export type Component = (typeof COMPONENTS)[number];

const POLL_MS = 50;
/** A task's last word from before its death is believed for so long. */
const PULSE_BELIEVED_MS = 5_500;
/** Of what asks every engine. */
const ASK_EVERY_MS = 250;
const GONE_WITHIN_MS = 60_000;
const UP_WITHIN_MS = 120_000;

/** The deployment did not come up, or what was killed did not come back; what it said itself stands above. */
export class SoakFailure extends Error {
  override readonly name = 'SoakFailure';
}

/** A deployment of which any process may be killed; it comes back on the same ports with the same data directory. */
export class MortalDeployment {
  readonly mode: Mode;
  readonly dataDir = mkdtempSync(join(tmpdir(), 'vitalwire-soak-'));
  readonly mqttUrl: string;
  readonly httpUrl: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #log: (line: string) => void;
  #child: ChildProcess | undefined;

  private constructor(mode: Mode, ports: readonly [number, number], log: (line: string) => void) {
    const [mqttPort, httpPort] = ports;
    this.mode = mode;
    this.mqttUrl = `mqtt://127.0.0.1:${mqttPort}`;
    this.httpUrl = `http://127.0.0.1:${httpPort}`;
    this.#log = log;
    this.#environment = {
      ...process.env,
      MQTT_PORT: String(mqttPort),
      HTTP_PORT: String(httpPort),
      SIMULATED_BEDS: '0',
      LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
      DATA_DIR: this.dataDir,
    };
  }

  static async start(mode: Mode, log: (line: string) => void): Promise<MortalDeployment> {
    const deployment = new MortalDeployment(mode, [await freePort(), await freePort()], log);
    await deployment.start();
    return deployment;
  }

  /** Resolves once it says that it is up. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [fileURLToPath(new URL(MAINS[this.mode], import.meta.url))], {
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr.on('data', (chunk: Buffer) => this.#log(chunk.toString('utf8')));
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (said.includes('Ctrl-C')) resolve();
    });
    child.once('exit', (code, signal) =>
      reject(new SoakFailure(`the deployment ended with ${code ?? signal} before it was up`)),
    );
    await promise;
  }

  /** The one process of the embedded deployment, or the supervisor of the others. Its children end by themselves; then it starts anew. */
  async killMain(): Promise<void> {
    const children = this.#children();
    await this.#end('SIGKILL');
    await until('the components to end', GONE_WITHIN_MS, () => children.every(({ pid }) => !isAlive(pid)));
    await this.start();
  }

  /** Kills a component; its supervisor starts it anew. Resolves once its successor runs. */
  async killComponent(component: Component): Promise<void> {
    const victim = this.#children().find((child) => child.component === component);
    if (!victim) throw new SoakFailure(`${component} is not running`);
    process.kill(victim.pid, 'SIGKILL');
    await until(`${component} to come back`, UP_WITHIN_MS, () =>
      this.#children().some(({ component: name, pid }) => name === component && pid !== victim.pid),
    );
  }

  /** Resolves once devices are let in again and the alert engine vouches for every task of the alerting pipeline. */
  async vouchedFor(): Promise<void> {
    await systemClock.sleep(PULSE_BELIEVED_MS);
    await until('the deployment to monitor again', UP_WITHIN_MS, async () => {
      const isReady = await fetch(`${this.httpUrl}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
      if (isReady && (await accepts(Number(new URL(this.mqttUrl).port)))) return true;
      await systemClock.sleep(ASK_EVERY_MS);
      return false;
    });
  }

  /** Ends it in good order. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  }

  #children(): readonly { readonly pid: number; readonly component: Component | undefined }[] {
    const parent = this.#child?.pid;
    return readdirSync('/proc').flatMap((entry) => {
      if (!/^\d+$/.test(entry)) return [];
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, 'utf8');
        if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) !== parent) return [];
        const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8');
        return [{ pid: Number(entry), component: COMPONENTS.find((name) => isOf(name, command)) }];
      } catch {
        // It ended between the two looks.
        return [];
      }
    });
  }
}

/** The pipelines share a program, and are told apart by its argument. */
const isOf = (component: Component, command: string): boolean =>
  command.split('\0').some((part) => part === component || part.includes(`/${component}/src/main.ts`));

function isAlive(pid: number): boolean {
  try {
    // A process that nobody has waited for yet is gone all the same.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** Whether anybody listens there. */
function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const told = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => told(true));
    socket.once('error', () => told(false));
  });
}

async function until(what: string, withinMs: number, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = systemClock.monotonic() + withinMs;
  while (!(await isSo())) {
    if (systemClock.monotonic() > deadlineMs)
      throw new SoakFailure(`waited ${withinMs / 1_000} s for ${what}`);
    await systemClock.sleep(POLL_MS);
  }
}
