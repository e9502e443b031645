import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** `npm start` as a child process, for tests that kill it. */
export interface VitalwireProcess {
  readonly child: ChildProcess;
  readonly mqttUrl: string;
  readonly httpUrl: string;
  /** Of the link that the banner prints. */
  readonly staffToken: string;
  readonly output: () => string;
  /** Sends the signal and waits for the end; the exit code, or null where the signal killed it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export async function startProcess(environment: Record<string, string>): Promise<VitalwireProcess> {
  const child = spawn(process.execPath, [MAIN], {
    env: {
      ...process.env,
      MQTT_PORT: '0',
      HTTP_PORT: '0',
      SIMULATED_BEDS: '0',
      LOG_LEVEL: 'warn',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const banner = await new Promise<string>((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      if (output.includes('Ctrl-C')) resolve(output);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('exit', (code) => reject(new Error(`ended with ${code} before it was up:\n${output}`)));
  });
  const found = (pattern: RegExp): string => {
    const match = pattern.exec(banner)?.[1];
    if (match === undefined) throw new Error(`the banner has no ${pattern}:\n${banner}`);
    return match;
  };
  return {
    child,
    mqttUrl: found(/(mqtt:\/\/[\d.:]+)/),
    httpUrl: found(/(http:\/\/[\d.:]+)/),
    staffToken: found(/#token=(\S+)/),
    output: () => output,
    end: (signal) =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode);
        child.once('exit', (code) => resolve(code));
        child.kill(signal);
      }),
  };
}
