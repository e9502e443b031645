/** Components as processes of their own on the bench's own Kafka and Redis, as `npm run start:distributed` runs them. */
import { engineSettings } from '@vitalwire/core/adapters/engine-settings.ts';
import { signDeviceToken, signStaffToken } from '@vitalwire/core/identity/token.ts';
import { readConfig } from '@vitalwire/core/runtime/config.ts';
import { ALL_TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { ComponentProcess, type ComponentName } from '@vitalwire/distributed/component-process.ts';
import { REGION, type Target } from '../deployment.ts';
import { cpuSecondsWithChildren } from './cpu.ts';
import { makeTopics } from './make-topics.ts';
import { startOwnEngines, type OwnEngine } from './own-engines.ts';

const DEVICE_JWT_SECRET = 'bench-device-secret-bench-device-secret';
const STAFF_JWT_SECRET = 'bench-staff-secret-bench-staff-secret-bench';

export interface Cluster extends Target {
  readonly environment: Readonly<Record<string, string>>;
  readonly brokers: readonly string[];
  readonly cpuSeconds: (of: ComponentName | OwnEngine) => number;
  stop(): Promise<void>;
}

/** In the order of their start; stopped the other way round. */
export async function startCluster(
  components: readonly ComponentName[],
  extra: Readonly<Record<string, string>>,
  note: (text: string) => void,
): Promise<Cluster> {
  const engines = await startOwnEngines(note);
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
    ...extra,
  };
  try {
    const config = readConfig(environment);
    const { kafka } = engineSettings(config);
    const topics = { ...kafka, clientId: 'vitalwire-bench', topics: ALL_TOPICS };
    await makeTopics({ ...topics, partitions: config.LOG_PARTITIONS });
    const ports: Record<string, number> = {};
    for (const component of components) {
      const started = await startComponent(component, environment, note);
      running.push(started);
      Object.assign(ports, await started.ready);
    }
    const staff = { name: 'bench', role: 'nurse', regions: [REGION] } as const;
    return {
      environment,
      brokers: kafka.brokers,
      mqttPort: ports['mqtt'] ?? 0,
      httpUrl: `http://127.0.0.1:${ports['http']}`,
      staffToken: await signStaffToken(staff, STAFF_JWT_SECRET, '1h'),
      deviceToken: (deviceId) => signDeviceToken({ deviceId, region: REGION }, DEVICE_JWT_SECRET),
      cpuSeconds: (of) =>
        of === 'kafka' || of === 'redis'
          ? engines.cpuSeconds(of)
          : running
              .filter(({ name }) => name === of)
              .reduce((sum, { pid }) => sum + cpuSecondsWithChildren(pid ?? 0), 0),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const ATTEMPTS = 3;

/** A busy broker takes longer to elect the leaders of new topics than a component waits: started anew, as an orchestrator does. */
async function startComponent(
  component: ComponentName,
  environment: Readonly<Record<string, string>>,
  note: (text: string) => void,
): Promise<ComponentProcess> {
  for (let attempt = 1; ; attempt++) {
    const started = new ComponentProcess(component, environment, (line) => note(`${component} | ${line}`));
    try {
      await started.ready;
      return started;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      note(`${component} did not come up; starting it anew`);
    }
  }
}
