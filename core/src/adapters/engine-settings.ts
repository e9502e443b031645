import { ConfigError, type Config } from '../runtime/config.ts';
import type { CassandraConnection } from './cassandra/connect.ts';
import { readAuthority, readTls, type EngineLogin, type EngineTls } from './engine-tls.ts';
import type { InfluxConnection } from './influxdb/buckets.ts';
import type { KafkaSecurity } from './kafka/security.ts';

/** Where the engines of a distributed deployment are; undefined those that the process was not told of, which it then does not need. */
export interface EngineSettings {
  readonly kafka: {
    readonly brokers: readonly string[];
    readonly replication: number;
    readonly security: KafkaSecurity;
  };
  readonly redis: { readonly url: string; readonly tls: EngineTls | undefined } | undefined;
  readonly influx: InfluxConnection | undefined;
  readonly cassandra: (CassandraConnection & { readonly replication: number }) | undefined;
  readonly regions: readonly string[];
}

/** @throws ConfigError where the configuration is of an embedded deployment, or a file that it names cannot be used */
export function engineSettings(config: Config): EngineSettings {
  const { KAFKA_BROKERS, REDIS_URL, INFLUX_URL, INFLUX_TOKEN, CASSANDRA_CONTACT_POINTS, CASSANDRA_LOCAL_DC } =
    config;
  if (config.VITALWIRE_MODE !== 'distributed' || !KAFKA_BROKERS) {
    throw new ConfigError([
      'VITALWIRE_MODE: must be distributed for a component apart; `npm start` runs embedded',
    ]);
  }
  return {
    kafka: {
      brokers: KAFKA_BROKERS,
      replication: config.KAFKA_REPLICATION,
      security: kafkaSecurity(config),
    },
    redis: REDIS_URL
      ? { url: REDIS_URL, tls: REDIS_URL.startsWith('rediss:') ? readTls(config, 'REDIS') : undefined }
      : undefined,
    influx:
      INFLUX_URL && INFLUX_TOKEN
        ? {
            url: INFLUX_URL,
            token: INFLUX_TOKEN,
            org: config.INFLUX_ORG,
            ca: readAuthority(config, 'INFLUX_TLS_CA'),
          }
        : undefined,
    cassandra:
      CASSANDRA_CONTACT_POINTS && CASSANDRA_LOCAL_DC
        ? {
            contactPoints: CASSANDRA_CONTACT_POINTS,
            localDataCentre: CASSANDRA_LOCAL_DC,
            keyspace: config.CASSANDRA_KEYSPACE,
            replication: config.CASSANDRA_REPLICATION,
            tls: config.CASSANDRA_TLS ? readTls(config, 'CASSANDRA') : undefined,
            login: login(config.CASSANDRA_USERNAME, config.CASSANDRA_PASSWORD),
          }
        : undefined,
    regions: config.REGIONS,
  };
}

function kafkaSecurity(config: Config): KafkaSecurity {
  const known = login(config.KAFKA_USERNAME, config.KAFKA_PASSWORD);
  return {
    tls: config.KAFKA_TLS ? readTls(config, 'KAFKA') : undefined,
    sasl: known && { mechanism: config.KAFKA_SASL_MECHANISM ?? 'scram-sha-512', ...known },
  };
}

const login = (username: string | undefined, password: string | undefined): EngineLogin | undefined =>
  username && password ? { username, password } : undefined;

/** @throws ConfigError where the engine behind `setting` was not named */
export function given<Engine>(engine: Engine | undefined, setting: string): Engine {
  if (engine === undefined) throw new ConfigError([`${setting}: must be set`]);
  return engine;
}
