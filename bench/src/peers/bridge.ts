/** Mosquitto and Telegraf: what a hospital would put before Kafka without Vitalwire. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:net';
import { freePort } from '@vitalwire/engines/free-ports.ts';
import { cpuSeconds } from '../engines/cpu.ts';
import type { BridgePrograms } from './programs.ts';

const SOURCES = new URL('../../peers/', import.meta.url);
const START_MS_MAX = 10_000;

export interface Bridge {
  readonly mqttPort: number;
  readonly cpuSeconds: (of: 'mosquitto' | 'telegraf') => number;
  stop(): Promise<void>;
}

/** Records go to `topic`, which is there. */
export async function startBridge(
  programs: BridgePrograms,
  broker: string,
  topic: string,
  note: (text: string) => void,
): Promise<Bridge> {
  const folder = mkdtempSync(join(tmpdir(), 'vitalwire-bench-bridge-'));
  const mqttPort = await freePort();
  const values = { MQTT_PORT: String(mqttPort), BROKER: broker, TOPIC: topic };
  const running: ChildProcess[] = [];
  const start = (program: string, args: readonly string[]): ChildProcess => {
    const child = spawn(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr?.on('data', (text: Buffer) => {
      for (const line of text.toString('utf8').split('\n')) if (/ E! |rror:/.test(line)) note(line);
    });
    child.on('error', (error) => note(error.message));
    running.push(child);
    return child;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(running.map(end));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const mosquitto = start(programs.mosquitto, ['-c', settings(folder, 'mosquitto.conf', values)]);
    await listening(mqttPort);
    const telegraf = start(programs.telegraf, ['--config', settings(folder, 'telegraf.conf', values)]);
    // It subscribes; what is published before that is not kept for it.
    await sleep(3_000);
    if (telegraf.exitCode !== null) throw new Error('Telegraf ended by itself');
    const pids = { mosquitto: mosquitto.pid ?? 0, telegraf: telegraf.pid ?? 0 };
    return { mqttPort, cpuSeconds: (of) => cpuSeconds(pids[of]), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function settings(folder: string, name: string, values: Readonly<Record<string, string>>): string {
  const text = readFileSync(new URL(name, SOURCES), 'utf8');
  const path = join(folder, name);
  writeFileSync(
    path,
    text.replaceAll(/\{([A-Z_]+)\}/g, (whole, key: string) => values[key] ?? whole),
  );
  return path;
}

async function listening(port: number): Promise<void> {
  for (const endMs = performance.now() + START_MS_MAX; performance.now() < endMs; await sleep(50)) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('close', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isThere) return;
  }
  throw new Error('Mosquitto does not listen');
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGKILL');
  });
}
