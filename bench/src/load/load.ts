import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cpuSeconds } from '../engines/cpu.ts';
import type { FromLoad, LoadOptions, ToLoad } from './messages.ts';

export interface LoadReport {
  readonly acknowledgedReadings: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A closed window of messages from many devices, in a process of its own. */
export interface Load {
  readonly cpuSeconds: () => number;
  allow(messages: number): void;
  resetLatencies(): void;
  report(): Promise<LoadReport>;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** Resolves once all devices are connected and sending. */
export async function startLoad(options: LoadOptions): Promise<Load> {
  const child = fork(MAIN, [], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const tell = (message: ToLoad): void => void child.send(message);
  const hear = (kind: FromLoad['kind']): Promise<FromLoad> =>
    new Promise((resolve, reject) => {
      const onMessage = (message: FromLoad): void => {
        if (message.kind !== kind) return;
        child.off('message', onMessage);
        child.off('exit', onExit);
        resolve(message);
      };
      const onExit = (): void => reject(new Error('the load ended by itself'));
      child.on('message', onMessage);
      child.once('exit', onExit);
    });
  const connected = hear('connected');
  tell({ kind: 'start', options });
  await connected;
  return {
    cpuSeconds: () => cpuSeconds(child.pid ?? 0),
    allow: (messages) => tell({ kind: 'allow', messages }),
    resetLatencies: () => tell({ kind: 'reset' }),
    async report() {
      const heard = hear('report');
      tell({ kind: 'report' });
      const report = await heard;
      if (report.kind !== 'report') throw new Error('no report');
      return { ...report, acknowledgedReadings: report.acknowledged * options.readingsPerMessage };
    },
    async stop() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
