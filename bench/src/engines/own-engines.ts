/** Kafka and Redis of the bench's own: fresh, on free ports, in a folder that goes with them. Programs are those of `npm run engines`. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings, portSettings, type Ports } from '@vitalwire/engines/settings.ts';
import { Supervisor } from '@vitalwire/engines/supervisor.ts';
import { cpuSeconds } from './cpu.ts';

export type OwnEngine = 'kafka' | 'redis';

export interface OwnEngines {
  /** What components need to reach them; the databases named are absent ones. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cpuSeconds: (engine: OwnEngine) => number;
  stop(): Promise<void>;
}

/** The alert engine does without the databases, and they are no part of the way of an alert: port 1 refuses at once. */
const ABSENT_DATABASES = {
  INFLUX_URL: 'http://127.0.0.1:1',
  INFLUX_TOKEN: 'absent',
  CASSANDRA_CONTACT_POINTS: '127.0.0.1:1',
  CASSANDRA_LOCAL_DC: 'Northeast',
} as const;

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const INTERRUPTED = 130;

export async function startOwnEngines(note: (text: string) => void): Promise<OwnEngines> {
  const names = ['kafka', 'redis'] as const;
  const settings = readSettings(process.env);
  const home = mkdtempSync(join(tmpdir(), 'vitalwire-bench-engines-'));
  // Downloads, where any are missing, go to the usual folder and stay for the next time.
  const provisioner = new Supervisor(settings, note);
  await provisioner.provision(names);
  mkdirSync(home, { recursive: true });
  if (existsSync(provisioner.layout.program()))
    symlinkSync(provisioner.layout.program(), join(home, 'programs'));
  const supervisor = new Supervisor({ home, ports: await freePorts() }, () => {});
  const interrupted = (): void => void stop().finally(() => process.exit(INTERRUPTED));
  const stop = async (): Promise<void> => {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    await supervisor.down(names);
    rmSync(home, { recursive: true, force: true });
  };
  // Engines run detached: whoever interrupts the bench means them too.
  for (const signal of SIGNALS) process.once(signal, interrupted);
  try {
    await supervisor.up(names);
  } catch (error) {
    await stop();
    throw error;
  }
  const pids = new Map((await supervisor.status()).map(({ engine, pid }) => [engine, pid]));
  return {
    environment: { ...ABSENT_DATABASES, ...supervisor.environment() },
    cpuSeconds: (engine) => cpuSeconds(pids.get(engine) ?? 0),
    stop,
  };
}

async function freePorts(): Promise<Ports> {
  const ports = await Promise.all(portSettings.map(async (setting) => [setting, await freePort()] as const));
  return Object.fromEntries(ports) as Ports;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
