import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MeasuredDeployment } from '../deployment.ts';
import { cpuSeconds } from '../engines/cpu.ts';

const MAIN = fileURLToPath(new URL('relay.ts', import.meta.url));

/** The relay as a child process; `isDurable`: an fsync before each acknowledgement. */
export async function startRelay(isDurable: boolean): Promise<MeasuredDeployment> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vitalwire-bench-relay-'));
  const child = fork(MAIN, isDurable ? [dataDir] : [], { execArgv: [] });
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const { mqttPort, httpPort } = await new Promise<{ mqttPort: number; httpPort: number }>(
    (resolve, reject) => {
      child.once('message', (ports) => resolve(ports as { mqttPort: number; httpPort: number }));
      child.once('exit', (code) => reject(new Error(`the relay ended with ${code}`)));
    },
  );
  return {
    mqttPort,
    httpUrl: `http://127.0.0.1:${httpPort}`,
    staffToken: '',
    deviceToken: () => Promise.resolve(''),
    cpuSeconds: () => cpuSeconds(child.pid ?? 0),
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
      rmSync(dataDir, { recursive: true });
    },
  };
}
