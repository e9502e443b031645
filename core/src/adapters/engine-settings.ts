import { ConfigError, type Config } from '../runtime/config.ts';
import type { CassandraConnection } from './cassandra/connect.ts';
import type { InfluxConnection } from './influxdb/buckets.ts';

/** Where the engines of a distributed deployment are; undefined those that the process was not told of, which it then does not need. */
export interface EngineSettings {
  readonly kafka: { readonly brokers: readonly string[]; readonly replication: number };
  readonly redis: { readonly url: string } | undefined;
  readonly influx: InfluxConnection | undefined;
  readonly cassandra: (CassandraConnection & { readonly replication: number }) | undefined;
  readonly regions: readonly string[];
}

/** @throws ConfigError where the configuration is of an embedded deployment */
export function engineSettings(config: Config): EngineSettings {
  const { KAFKA_BROKERS, REDIS_URL, INFLUX_URL, INFLUX_TOKEN, CASSANDRA_CONTACT_POINTS, CASSANDRA_LOCAL_DC } =
    config;
  if (config.VITALWIRE_MODE !== 'distributed' || !KAFKA_BROKERS) {
    throw new ConfigError([
      'VITALWIRE_MODE: must be distributed for a component apart; `npm start` runs embedded',
    ]);
  }
  return {
    kafka: { brokers: KAFKA_BROKERS, replication: config.KAFKA_REPLICATION },
    redis: REDIS_URL ? { url: REDIS_URL } : undefined,
    influx:
      INFLUX_URL && INFLUX_TOKEN
        ? { url: INFLUX_URL, token: INFLUX_TOKEN, org: config.INFLUX_ORG }
        : undefined,
    cassandra:
      CASSANDRA_CONTACT_POINTS && CASSANDRA_LOCAL_DC
        ? {
            contactPoints: CASSANDRA_CONTACT_POINTS,
            localDataCentre: CASSANDRA_LOCAL_DC,
            keyspace: config.CASSANDRA_KEYSPACE,
            replication: config.CASSANDRA_REPLICATION,
          }
        : undefined,
    regions: config.REGIONS,
  };
}

/** @throws ConfigError where the engine behind `setting` was not named */
export function given<Engine>(engine: Engine | undefined, setting: string): Engine {
  if (engine === undefined) throw new ConfigError([`${setting}: must be set`]);
  return engine;
}
