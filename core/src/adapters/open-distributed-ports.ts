import type { PatientDirectory } from '../ports/patient-directory.ts';
import type { Ports } from '../ports/ports.ts';
import type { Clock } from '../runtime/clock.ts';
import { ConfigError } from '../runtime/config.ts';
import { VitalwireError, messageOf } from '../runtime/errors.ts';
import { readiness, type Dependency } from '../runtime/health.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Registry } from '../runtime/metrics.ts';
import type { Service } from '../runtime/service.ts';
import { ALL_TOPICS, TOPICS } from '../runtime/topics.ts';
import { cassandraMetrics } from './cassandra/metrics.ts';
import { given, type EngineSettings } from './engine-settings.ts';
import { engineMetrics } from './metrics.ts';
import { influxMetrics } from './influxdb/metrics.ts';
import { kafkaMetrics } from './kafka/metrics.ts';
import { LogPatientDirectory } from './log/patient-directory.ts';
import type { RedisConfig } from './redis/connect.ts';
import { redisMetrics } from './redis/metrics.ts';

export type PortName = keyof Ports;

export interface DistributedPortsOptions<Needed extends PortName> {
  /** Names the process to the engines. */
  readonly component: string;
  /** The ports to open, with the event log: an engine behind none of them is not asked for anything. */
  readonly needed: readonly Needed[];
  /** The component does without InfluxDB and Cassandra for a while: that they do not answer is no reason not to start. */
  readonly databasesMayBeAway: boolean;
}

export interface DistributedDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

export type DistributedPorts<Needed extends PortName> = Pick<Ports, Needed> & {
  /** For /readyz: the engines that the component cannot do without. */
  readonly dependencies: readonly Dependency[];
  /** After everything accepted is durable. Idempotent. */
  close(): Promise<void>;
};

type Openers = { readonly [Name in PortName]: () => Promise<Ports[Name]> };

/**
 * The ports of one component on Kafka, Redis, InfluxDB and Cassandra. Topics, buckets and tables must be there: the setup job makes them.
 * @throws ConfigError with a line for each engine that does not answer or refuses, beginning with the setting to look at
 */
export async function openDistributedPorts<Needed extends PortName>(
  settings: EngineSettings,
  options: DistributedPortsOptions<Needed>,
  deps: DistributedDeps,
): Promise<DistributedPorts<Needed>> {
  const ports: Partial<{ -readonly [Name in PortName]: Ports[Name] }> = {};
  const open = openers(settings, options, deps, () => ports.log);
  const problems = new Set<string>();
  const take = async <Name extends PortName>(name: Name): Promise<void> => {
    try {
      Object.assign(ports, { [name]: await open[name]() });
    } catch (error) {
      if (!(error instanceof VitalwireError)) throw error;
      problems.add(error.message);
    }
  };
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => (closing ??= closeAll(ports));
  try {
    const wanted = new Set<PortName>(['log', ...options.needed]);
    const following = wanted.delete('directory');
    await Promise.all([...wanted].map(take));
    if (following && ports.log) await take('directory');
    if (problems.size > 0) throw new ConfigError([...problems]);
  } catch (error) {
    await close();
    throw error;
  }
  const dependencies = dependenciesOf(ports, options.databasesMayBeAway);
  engineMetrics(deps.registry, () => enginesAnswering(ports, deps.clock));
  return { ...(ports as Pick<Ports, Needed>), dependencies, close };
}

/** Each loads its engine's client when it is called: reading and compiling all of them is a fifth of a gateway's start, which needs one. */
function openers<Needed extends PortName>(
  settings: EngineSettings,
  { component, databasesMayBeAway }: DistributedPortsOptions<Needed>,
  deps: DistributedDeps,
  log: () => Ports['log'] | undefined,
): Openers {
  const { clock, logger, registry } = deps;
  const clientId = `vitalwire-${component}`;
  const { brokers, security } = settings.kafka;
  const kafka = { brokers, security, clientId };
  const onKafka = { clock, logger, metrics: kafkaMetrics(registry) };
  const redis = (): RedisConfig => ({ ...given(settings.redis, 'REDIS_URL'), clientName: clientId });
  const onRedis = { clock, logger, metrics: redisMetrics(registry) };
  const onInflux = { clock, logger, metrics: influxMetrics(registry) };
  const onCassandra = { clock, metrics: cassandraMetrics(registry) };
  const orLater = async <Port>(opening: Promise<Port>, later: () => Port): Promise<Port> => {
    try {
      return await opening;
    } catch (error) {
      if (!databasesMayBeAway || !(error instanceof VitalwireError) || !error.retriable) throw error;
      logger.warn({ reason: messageOf(error) }, 'started without it; it is asked again when needed');
      return later();
    }
  };
  return {
    log: async () => {
      const { KAFKA_DEFAULTS, openKafkaEventLog } = await import('./kafka/event-log.ts');
      const topics = ALL_TOPICS.map(({ name }) => name);
      return openKafkaEventLog({ ...KAFKA_DEFAULTS, ...kafka, topics }, onKafka);
    },
    checkpoints: async () => {
      const [{ KAFKA_DEFAULTS }, { openKafkaCheckpointStore }] = await Promise.all([
        import('./kafka/event-log.ts'),
        import('./kafka/checkpoint-store.ts'),
      ]);
      return openKafkaCheckpointStore({ ...KAFKA_DEFAULTS, ...kafka }, onKafka);
    },
    timeSeries: async () => {
      const influx = given(settings.influx, 'INFLUX_URL');
      const { influxTimeSeries, openInfluxTimeSeries } = await import('./influxdb/time-series.ts');
      return orLater(openInfluxTimeSeries(influx, onInflux), () => influxTimeSeries(influx, onInflux));
    },
    analytics: async () => {
      const cassandra = given(settings.cassandra, 'CASSANDRA_CONTACT_POINTS');
      const { cassandraAnalytics, openCassandraAnalytics } = await import('./cassandra/analytics.ts');
      const later = (): Ports['analytics'] => cassandraAnalytics(cassandra, onCassandra);
      return orLater<Ports['analytics']>(openCassandraAnalytics(cassandra, onCassandra), later);
    },
    alerts: async () => {
      const { openRedisAlertStore } = await import('./redis/alert-store.ts');
      return openRedisAlertStore(redis(), onRedis);
    },
    live: async () => {
      const { VITALS_KEPT_MS, openRedisLiveBus } = await import('./redis/live-bus.ts');
      return openRedisLiveBus({ ...redis(), vitalsKeptMs: VITALS_KEPT_MS }, onRedis);
    },
    directory: async () => {
      const followed = log();
      if (!followed) throw new Error('the directory follows the event log, which must be open');
      const topic = TOPICS.patients.name;
      const directory = await LogPatientDirectory.open({ log: followed, topic, clock, logger, registry });
      return cachedInRedis(directory, async () => {
        const { startPatientCache } = await import('./redis/patient-cache.ts');
        return startPatientCache({ ...redis(), regions: settings.regions }, { ...onRedis, directory });
      });
    },
  };
}

/** The directory, with the data model's `cache:patient:<id>` kept as it has it for as long as it is open. */
async function cachedInRedis(
  directory: LogPatientDirectory,
  startCache: () => Promise<Service>,
): Promise<PatientDirectory> {
  try {
    const cache = await startCache();
    const close = directory.close.bind(directory);
    return Object.assign(directory, {
      close: async () => {
        await cache.stop();
        await close();
      },
    });
  } catch (error) {
    await directory.close();
    throw error;
  }
}

function dependenciesOf(ports: Partial<Ports>, databasesMayBeAway: boolean): Dependency[] {
  const { log, alerts, live, timeSeries, analytics } = ports;
  const databases = databasesMayBeAway ? {} : { 'time series': timeSeries, analytics };
  const needed = { 'event log': log, 'alert store': alerts, 'live bus': live, ...databases };
  return Object.entries(needed).flatMap(([name, port]) =>
    port === undefined ? [] : [{ name, check: () => port.ping() }],
  );
}

/** Whether each engine behind the ports answers, those included that the component can do without. */
async function enginesAnswering(
  { log, alerts, live, timeSeries, analytics }: Partial<Ports>,
  clock: Clock,
): Promise<ReadonlyMap<string, boolean>> {
  const engines = { kafka: log, redis: alerts ?? live, influxdb: timeSeries, cassandra: analytics };
  const asked = Object.entries(engines).flatMap(([name, port]) =>
    port === undefined ? [] : [{ name, check: () => port.ping() }],
  );
  const { dependencies } = await readiness(asked, clock);
  return new Map(Object.entries(dependencies).map(([name, outcome]) => [name, outcome === 'ok']));
}

/** The directory follows the log; the log's consumers store what they have as they are released. */
async function closeAll(ports: Partial<Ports>): Promise<void> {
  await ports.directory?.close();
  await ports.log?.close();
  const { checkpoints, timeSeries, analytics, alerts, live } = ports;
  await Promise.all([checkpoints, timeSeries, analytics, alerts, live].map(async (port) => port?.close()));
}
