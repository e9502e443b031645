/** A Kafka of a test's own without any topic, on free ports, in a folder that goes with it. Programs are those of `npm run engines`. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { portSettings, readSettings, type Ports } from '@vitalwire/engines/settings.ts';
import { Supervisor } from '@vitalwire/engines/supervisor.ts';

const NAMES = ['kafka'] as const;

export interface EmptyKafka {
  readonly brokers: string;
  stop(): Promise<void>;
}

export async function startEmptyKafka(): Promise<EmptyKafka> {
  const home = mkdtempSync(join(tmpdir(), 'vitalwire-empty-kafka-'));
  const { layout } = new Supervisor(readSettings(process.env), () => {});
  symlinkSync(layout.program(), join(home, 'programs'));
  const supervisor = new Supervisor({ home, ports: await freePorts() }, () => {});
  const stop = async (): Promise<void> => {
    await supervisor.down(NAMES);
    rmSync(home, { recursive: true, force: true });
  };
  try {
    await supervisor.up(NAMES);
    return { brokers: supervisor.environment()['KAFKA_BROKERS'] ?? '', stop };
  } catch (error) {
    await stop();
    throw error;
  }
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
