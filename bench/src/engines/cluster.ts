/** Components as processes of their own on engines, as `npm run start:distributed` runs them. */
import { engineSettings } from '@vitalwire/core/adapters/engine-settings.ts';
import { signDeviceToken, signStaffToken } from '@vitalwire/core/identity/token.ts';
import { readConfig } from '@vitalwire/core/runtime/config.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { ALL_TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { ComponentProcess, type ComponentName } from '@vitalwire/distributed/component-process.ts';
import { prepareEngines } from '@vitalwire/distributed/prepare-engines.ts';
import { REGION, type Target } from '../deployment.ts';
import { cpuSecondsWithChildren } from './cpu.ts';
import { makeTopics } from './make-topics.ts';
import { runEngines, type EngineUsed } from './run-engines.ts';

const DEVICE_JWT_SECRET = 'bench-device-secret-bench-device-secret';
const STAFF_JWT_SECRET = 'bench-staff-secret-bench-staff-secret-bench';

export interface Cluster extends Target {
  readonly environment: Readonly<Record<string, string>>;
  readonly brokers: readonly string[];
  readonly cpuSeconds: (of: ComponentName | EngineUsed) => number;
  /** Resolves to the ports it listens on. */
  start(component: ComponentName): Promise<Readonly<Record<string, number>>>;
  /** Ends all of that name. */
  end(component: ComponentName): Promise<void>;
  stop(): Promise<void>;
}

/** In the order of their start; stopped the other way round. */
export async function startCluster(
  components: readonly ComponentName[],
  extra: Readonly<Record<string, string>>,
  note: (text: string) => void,
  used: readonly EngineUsed[] = ['kafka', 'redis'],
): Promise<Cluster> {
  const engines = await runEngines(used, note);
  const running: ComponentProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const component of running.toReversed()) await component.end('SIGTERM');
    await engines.stop();
  };
  const environment = {
    PATH: process.env['PATH'] ?? '',
    VITALWIRE_MODE: 'distributed',
    LOG_LEVEL: 'error',
    MQTT_PORT: '0',
    HTTP_PORT: '0',
    HEALTH_PORT: '0',
    KAFKA_REPLICATION: '1',
    CASSANDRA_REPLICATION: '1',
    DEVICE_JWT_SECRET,
    STAFF_JWT_SECRET,
    ...engines.environment,
    ...profiling(),
    ...extra,
  };
  try {
    const config = readConfig(environment);
    const settings = engineSettings(config);
    const { kafka } = settings;
    const { LOG_PARTITIONS: partitions } = config;
    await makeTopics({ ...kafka, clientId: 'vitalwire-bench', topics: ALL_TOPICS, partitions });
    if (used.includes('cassandra'))
      await prepareEngines(settings, partitions, createLogger('bench', 'error'));
    const start = async (component: ComponentName): Promise<Readonly<Record<string, number>>> => {
      const started = new ComponentProcess(component, environment, (line) => note(`${component} | ${line}`));
      running.push(started);
      return started.ready;
    };
    const ports: Record<string, number> = {};
    for (const component of components) Object.assign(ports, await start(component));
    const staff = { name: 'bench', role: 'nurse', regions: [REGION] } as const;
    return {
      environment,
      brokers: kafka.brokers,
      mqttPort: ports['mqtt'] ?? 0,
      httpUrl: `http://127.0.0.1:${ports['http']}`,
      staffToken: await signStaffToken(staff, STAFF_JWT_SECRET, '1h'),
      deviceToken: (deviceId) => signDeviceToken({ deviceId, region: REGION }, DEVICE_JWT_SECRET),
      cpuSeconds: (of) =>
        isEngine(of)
          ? engines.cpuSeconds(of)
          : running
              .filter(({ name }) => name === of)
              .reduce((sum, { pid }) => sum + cpuSecondsWithChildren(pid ?? 0), 0),
      start,
      end: async (component) => {
        for (const one of running.filter(({ name }) => name === component)) await one.end('SIGTERM');
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const ENGINES: ReadonlySet<string> = new Set<EngineUsed>(['kafka', 'redis', 'cassandra', 'influxdb']);
const isEngine = (name: string): name is EngineUsed => ENGINES.has(name);

/** `PROFILE_DIR` keeps a CPU profile of each component, for a browser's developer tools. */
function profiling(): Record<string, string> {
  const folder = process.env['PROFILE_DIR'];
  return folder ? { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${folder}` } : {};
}
