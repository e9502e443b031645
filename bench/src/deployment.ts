/** The embedded deployment as a child process with a data directory of its own, as its users run it. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signDeviceToken } from '@vitalwire/core/identity/token.ts';
import { cpuSeconds } from './engines/cpu.ts';

const MAIN = fileURLToPath(import.meta.resolve('@vitalwire/embedded/main.ts'));
const PACKAGE = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  readonly scripts: { readonly start: string };
};
/** What `npm start` gives node beside the program. */
const NODE_OPTIONS = PACKAGE.scripts.start.split(' ').slice(1, -1);
export const DEVICE_JWT_SECRET = 'bench-device-secret-bench-device-secret';
export const REGION = 'Northeast';

/** What devices and stations need of a deployment. */
export interface Target {
  readonly mqttPort: number;
  readonly httpUrl: string;
  readonly staffToken: string;
  deviceToken(deviceId: string): Promise<string>;
}

/** One that is a process of its own. */
export interface MeasuredDeployment extends Target {
  /** CPU seconds used so far, user and system. */
  cpuSeconds(): number;
  stop(): Promise<void>;
}

export interface Deployment extends MeasuredDeployment {
  readonly mqttUrl: string;
  /** Resident memory, MiB. */
  memoryMiB(): number;
}

/** `nodeOptions` go behind those of `npm start`: of one that is there twice, Node takes the last. */
export async function startDeployment(
  environment: Record<string, string>,
  nodeOptions: readonly string[] = [],
): Promise<Deployment> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vitalwire-bench-'));
  const child = spawn(process.execPath, [...NODE_OPTIONS, ...nodeOptions, MAIN], {
    env: {
      ...process.env,
      MQTT_PORT: '0',
      HTTP_PORT: '0',
      SIMULATED_BEDS: '0',
      LOG_LEVEL: 'warn',
      DATA_DIR: dataDir,
      DEVICE_JWT_SECRET,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const banner = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
      if (output.includes('Ctrl-C')) resolve(output);
    });
    child.once('exit', (code) => reject(new Error(`the deployment ended with ${code}`)));
  });
  const found = (pattern: RegExp): string => pattern.exec(banner)?.[1] ?? '';
  return {
    mqttUrl: found(/(mqtt:\/\/[\d.:]+)/),
    mqttPort: Number(found(/mqtt:\/\/[\d.]+:(\d+)/)),
    httpUrl: found(/(http:\/\/[\d.:]+)/),
    staffToken: found(/#token=(\S+)/),
    deviceToken: (deviceId) => signDeviceToken({ deviceId, region: REGION }, DEVICE_JWT_SECRET),
    memoryMiB: () =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
    cpuSeconds: () => cpuSeconds(child.pid ?? 0),
    stop: () =>
      new Promise((resolve) => {
        child.removeAllListeners('exit');
        child.once('exit', () => {
          rmSync(dataDir, { recursive: true });
          resolve();
        });
        child.kill('SIGTERM');
      }),
  };
}
