import { engineSettings } from '@vitalwire/core/adapters/engine-settings.ts';
import { signDeviceToken, signStaffToken, type Role } from '@vitalwire/core/identity/token.ts';
import { readConfig } from '@vitalwire/core/runtime/config.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { REGION } from '../../../embedded/tests/support/deployment.ts';
import { ComponentProcess, type ComponentName } from '../../src/component-process.ts';
import { distributedEnvironment } from '../../src/environment.ts';
import { prepareEngines } from '../../src/prepare-engines.ts';
import { Balancer } from './balancer.ts';

const SECRETS = { DEVICE_JWT_SECRET: 'd'.repeat(40), STAFF_JWT_SECRET: 's'.repeat(40) };

/** What components of a test find in their environment. */
export const testEnvironment = (): Readonly<Record<string, string | undefined>> => ({
  ...distributedEnvironment(process.env),
  ...SECRETS,
  LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
  MQTT_PORT: '0',
  HTTP_PORT: '0',
  HEALTH_PORT: '0',
  SIMULATED_BEDS: '0',
});

export interface Member {
  readonly process: ComponentProcess;
  readonly ports: Readonly<Record<string, number>>;
}

/** Processes of a distributed deployment on the real engines, gateways behind a balancer. */
export class Cluster {
  readonly balancer: Balancer;
  /** Everything that the processes said, for a failed test to show. */
  readonly output: string[] = [];
  readonly #members: Member[] = [];

  private constructor(balancer: Balancer) {
    this.balancer = balancer;
  }

  static async start(counts: Readonly<Partial<Record<ComponentName, number>>>): Promise<Cluster> {
    const config = readConfig(testEnvironment());
    await prepareEngines(engineSettings(config), config.LOG_PARTITIONS, createLogger('setup', 'warn'));
    const cluster = new Cluster(await Balancer.before([]));
    // Those of one name at once: ten processes that all start have little of two cores each, and only so much patience with an engine.
    for (const [name, count] of Object.entries(counts) as [ComponentName, number][]) {
      await Promise.all(Array.from({ length: count }, () => cluster.add(name)));
    }
    return cluster;
  }

  async add(name: ComponentName): Promise<Member> {
    const process = new ComponentProcess(name, testEnvironment(), (line) => {
      this.output.push(`${name} ${line}`);
      // Shown with a test that fails.
      console.log(`${name} ${line}`);
    });
    const member = { process, ports: await process.ready.catch((error: unknown) => this.#explain(error)) };
    this.#members.push(member);
    this.#route();
    return member;
  }

  of(name: ComponentName): readonly Member[] {
    return this.#members.filter((member) => member.process.name === name);
  }

  /** A gateway's address, or the balancer's. */
  mqttUrl(gateway?: Member): string {
    return `mqtt://127.0.0.1:${gateway?.ports['mqtt'] ?? this.balancer.port}`;
  }

  httpUrl(index = 0): string {
    return `http://127.0.0.1:${this.of('alert-engine')[index]?.ports['http']}`;
  }

  deviceToken(deviceId: string, region = REGION): Promise<string> {
    return signDeviceToken({ deviceId, region }, SECRETS.DEVICE_JWT_SECRET);
  }

  staffToken(role: Role = 'nurse'): Promise<string> {
    return signStaffToken({ name: 'Ana', role, regions: [REGION] }, SECRETS.STAFF_JWT_SECRET, '1h');
  }

  async request<T>(path: string, options: { method?: string; engine?: number } = {}): Promise<T> {
    const response = await fetch(`${this.httpUrl(options.engine)}${path}`, {
      method: options.method ?? 'GET',
      headers: { authorization: `Bearer ${await this.staffToken()}` },
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** Takes a member away: `SIGKILL` as a crash, `SIGTERM` to drain. */
  async end(member: Member, signal: NodeJS.Signals): Promise<number | null> {
    this.#members.splice(this.#members.indexOf(member), 1);
    this.#route();
    return (await member.process.end(signal)).exitCode;
  }

  /** Drains every process, what lets work in first; the exit codes that were not 0, by component. */
  async stop(): Promise<string[]> {
    const bad: string[] = [];
    for (const name of ['ingest-gateway', 'alerting', 'storage', 'alert-engine'] as const) {
      await Promise.all(
        this.of(name).map(async (member) => {
          const code = await this.end(member, 'SIGTERM');
          if (code !== 0) bad.push(`${name}: ${code}`);
        }),
      );
    }
    await this.balancer.close();
    return bad;
  }

  #route(): void {
    this.balancer.targets = this.of('ingest-gateway').map((member) => member.ports['mqtt'] ?? 0);
  }

  #explain(error: unknown): never {
    throw new Error(`${String(error)}\n${this.output.join('\n')}`, { cause: error });
  }
}
