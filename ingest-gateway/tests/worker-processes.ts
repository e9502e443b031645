/** A gateway with workers as a process of its own, seen from outside. */
import { fork, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { once } from 'node:events';
import type { ReadyMessage } from '@vitalwire/core/runtime/run-component.ts';
import { SECRET } from './ward.ts';

export interface GatewayWithWorkers {
  readonly mqttPort: number;
  /** Processes of the workers. */
  workers(): readonly number[];
  /** A value of /metrics. */
  metric(name: string): Promise<number>;
  ready(): Promise<boolean>;
  /** Ends it as an orchestrator does; the exit code. */
  stop(): Promise<number | null>;
}

export async function startGatewayWithWorkers(
  main: URL,
  environment: Readonly<Record<string, string>>,
): Promise<GatewayWithWorkers> {
  const child: ChildProcess = fork(main, [], {
    env: {
      PATH: process.env['PATH'],
      VITALWIRE_MODE: 'distributed',
      LOG_LEVEL: 'fatal',
      MQTT_PORT: '0',
      HEALTH_PORT: '0',
      DEVICE_JWT_SECRET: SECRET,
      KAFKA_BROKERS: '127.0.0.1:1',
      ...environment,
    },
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const { ports } = await Promise.race([
    once(child, 'message').then(([message]) => message as ReadyMessage),
    exited.then(([exitCode]) => Promise.reject(new Error(`the gateway ended with ${exitCode}`))),
  ]);
  const health = `http://127.0.0.1:${ports['health']}`;
  return {
    mqttPort: ports['mqtt'] ?? 0,
    workers: () => childrenOf(child.pid ?? 0),
    async metric(name) {
      const text = await (await fetch(`${health}/metrics`)).text();
      const line = text.split('\n').find((one) => one.startsWith(`${name}{`) || one.startsWith(`${name} `));
      return Number(line?.slice(line.lastIndexOf(' ') + 1));
    },
    ready: async () => (await fetch(`${health}/readyz`)).ok,
    async stop() {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
  };
}

const childrenOf = (parent: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1]) === parent;
      } catch {
        return false;
      }
    });
