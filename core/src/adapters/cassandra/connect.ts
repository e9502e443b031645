import { Client, policies, types } from 'cassandra-driver';
import type { EngineLogin, EngineTls } from '../engine-tls.ts';
import { cassandraError } from './cassandra-error.ts';

export interface CassandraConnection {
  /** host:port (`CASSANDRA_CONTACT_POINTS`) */
  readonly contactPoints: readonly string[];
  /** `CASSANDRA_LOCAL_DC` */
  readonly localDataCentre: string;
  /** `CASSANDRA_KEYSPACE`; its characters are checked with the configuration, for statements hold it as it is. */
  readonly keyspace: string;
  /** `CASSANDRA_TLS…`; undefined in the clear. */
  readonly tls: EngineTls | undefined;
  /** `CASSANDRA_USERNAME`, `CASSANDRA_PASSWORD` */
  readonly login: EngineLogin | undefined;
}

/** How many statements of one call may be under way at once. */
export const CONCURRENT_STATEMENTS = 128;

const CONNECT_TIMEOUT_MS = 5_000;
const READ_TIMEOUT_MS = 10_000;
/** Between two attempts to reach a node that is away; the driver's own grow to ten minutes. */
const RECONNECT_FIRST_MS = 500;
const RECONNECT_MAX_MS = 5_000;

/**
 * A client whose statements are prepared, idempotent and sent to a replica of their row; writes wait for a quorum of the local data centre.
 * It connects at its first statement, and again after its cluster was away.
 */
export function cassandraClient(connection: CassandraConnection): Client {
  return new Client({
    contactPoints: [...connection.contactPoints],
    localDataCenter: connection.localDataCentre,
    // The driver of itself believes any certificate.
    ...(connection.tls && { sslOptions: { ...connection.tls, rejectUnauthorized: true } }),
    ...(connection.login && { credentials: { ...connection.login } }),
    encoding: { useUndefinedAsUnset: true },
    queryOptions: { prepare: true, isIdempotent: true, consistency: types.consistencies.localQuorum },
    policies: {
      reconnection: new policies.reconnection.ExponentialReconnectionPolicy(
        RECONNECT_FIRST_MS,
        RECONNECT_MAX_MS,
        false,
      ),
    },
    socketOptions: { connectTimeout: CONNECT_TIMEOUT_MS, readTimeout: READ_TIMEOUT_MS },
  });
}

/** @throws VitalwireError `rejected` naming the setting that is wrong, `unavailable` */
export async function connectCassandra(connection: CassandraConnection): Promise<Client> {
  const client = cassandraClient(connection);
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw cassandraError(error);
  }
}
