import { engineSettings } from '@vitalwire/core/adapters/engine-settings.ts';
import { openDistributedPorts } from '@vitalwire/core/adapters/open-distributed-ports.ts';
import { signDeviceToken } from '@vitalwire/core/identity/token.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { readConfig, type Config } from '@vitalwire/core/runtime/config.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { stopAll, type Service } from '@vitalwire/core/runtime/service.ts';
import { startWard } from '@vitalwire/device-simulator/ward/start-ward.ts';
import { loadSecrets, type Secrets } from '@vitalwire/embedded/secrets.ts';
import type { ComponentName } from './component-process.ts';
import { environmentOf, type Environment } from './environment.ts';
import { prepareEngines } from './prepare-engines.ts';
import { supervise, type Supervised } from './supervised.ts';

export interface DistributedDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Takes each line that a component writes. */
  readonly onLine: (component: ComponentName, line: string) => void;
  /** Aborted: it is not to come up any more. What was started is stopped before `startDistributed` rejects. */
  readonly signal: AbortSignal | undefined;
}

/** Every component as a process of its own on this machine, with the simulated ward in this one. */
export interface Distributed {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly mqttPort: number;
  readonly httpPort: number;
  /** Drains and stops everything, what lets work in first. Resolves to whether all ended cleanly. Idempotent. */
  stop(): Promise<boolean>;
}

/** A component's own drain takes up to half a minute. */
const STOP_EACH_MS = 35_000;

/** @throws ConfigError, SecretsError, ComponentEnded */
export async function startDistributed(
  environment: Environment,
  deps: DistributedDeps,
): Promise<Distributed> {
  const { clock, logger } = deps;
  const secrets = loadSecrets({ DATA_DIR: '.data', ...definedOf(environment) });
  const shared = {
    ...environment,
    DEVICE_JWT_SECRET: secrets.device,
    STAFF_JWT_SECRET: secrets.staff,
    HEALTH_PORT: '0',
  };
  const config = readConfig(shared);
  await prepareEngines(engineSettings(config), config.LOG_PARTITIONS, logger);
  const running: Service[] = [];
  let stopping: Promise<boolean> | undefined;
  const stop = (): Promise<boolean> =>
    (stopping ??= stopAll([...running].reverse(), { logger, clock, eachMs: STOP_EACH_MS }));
  const start = async (component: ComponentName): Promise<Supervised> => {
    deps.signal?.throwIfAborted();
    const onLine = (line: string): void => deps.onLine(component, line);
    const supervised = await supervise({
      component,
      environment: environmentOf(component, shared),
      onLine,
      clock,
      logger,
      signal: deps.signal,
    });
    running.push(supervised);
    return supervised;
  };
  try {
    const engine = await start('alert-engine');
    await start('alerting');
    await start('storage');
    const gateway = await start('ingest-gateway');
    const { mqtt: mqttPort = 0 } = gateway.ports;
    if (config.SIMULATED_BEDS > 0) running.push(await startBeds(config, secrets, mqttPort, deps));
    deps.signal?.throwIfAborted();
    return {
      config,
      secrets,
      mqttPort,
      httpPort: engine.ports['http'] ?? 0,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The ward, with its patients in the directory. */
async function startBeds(
  config: Config,
  secrets: Secrets,
  mqttPort: number,
  { clock, logger }: DistributedDeps,
): Promise<Service> {
  const ward = await startWard({
    beds: config.SIMULATED_BEDS,
    url: `mqtt://${config.HOST}:${mqttPort}`,
    regions: config.REGIONS,
    tokenFor: (deviceId, region) => signDeviceToken({ deviceId, region }, secrets.device),
    clock,
    logger,
    seed: 1,
  });
  try {
    const ports = await openDistributedPorts(
      engineSettings(config),
      { component: 'ward', needed: ['directory'], databasesMayBeAway: false },
      { clock, logger, registry: createRegistry('ward') },
    );
    for (const patient of ward.patients) await ports.directory.put(patient);
    await ports.close();
    return ward;
  } catch (error) {
    await ward.stop();
    throw error;
  }
}

const definedOf = (
  environment: Environment,
): { DATA_DIR?: string; DEVICE_JWT_SECRET: string | undefined; STAFF_JWT_SECRET: string | undefined } => ({
  ...(environment['DATA_DIR'] ? { DATA_DIR: environment['DATA_DIR'] } : {}),
  DEVICE_JWT_SECRET: environment['DEVICE_JWT_SECRET'] || undefined,
  STAFF_JWT_SECRET: environment['STAFF_JWT_SECRET'] || undefined,
});
