import { ConfigError, type Config } from '../runtime/config.ts';

/** Where the engines of a distributed deployment are. */
export interface EngineSettings {
  readonly kafka: { readonly brokers: readonly string[]; readonly replication: number };
  readonly redis: { readonly url: string };
  readonly influx: { readonly url: string; readonly token: string; readonly org: string };
  readonly cassandra: {
    readonly contactPoints: readonly string[];
    readonly localDataCentre: string;
    readonly replication: number;
  };
  readonly regions: readonly string[];
}

/** @throws ConfigError where the configuration is of an embedded deployment */
export function engineSettings(config: Config): EngineSettings {
  const { KAFKA_BROKERS, REDIS_URL, INFLUX_URL, INFLUX_TOKEN, CASSANDRA_CONTACT_POINTS, CASSANDRA_LOCAL_DC } =
    config;
  if (
    config.VITALWIRE_MODE !== 'distributed' ||
    !KAFKA_BROKERS ||
    !REDIS_URL ||
    !INFLUX_URL ||
    !INFLUX_TOKEN ||
    !CASSANDRA_CONTACT_POINTS ||
    !CASSANDRA_LOCAL_DC
  ) {
    throw new ConfigError([
      'VITALWIRE_MODE: must be distributed for a component apart; `npm start` runs embedded',
    ]);
  }
  return {
    kafka: { brokers: KAFKA_BROKERS, replication: config.KAFKA_REPLICATION },
    redis: { url: REDIS_URL },
    influx: { url: INFLUX_URL, token: INFLUX_TOKEN, org: config.INFLUX_ORG },
    cassandra: {
      contactPoints: CASSANDRA_CONTACT_POINTS,
      localDataCentre: CASSANDRA_LOCAL_DC,
      replication: config.CASSANDRA_REPLICATION,
    },
    regions: config.REGIONS,
  };
}
