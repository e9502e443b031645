import { Client, types } from 'cassandra-driver';
import { VitalwireError } from '../../runtime/errors.ts';
import { cassandraError } from './cassandra-error.ts';

export interface CassandraOptions {
  /** host:port */
  readonly contactPoints: readonly string[];
  readonly localDataCentre: string;
}

/** How many statements of one call may be under way at once. */
export const CONCURRENT_STATEMENTS = 128;

const CONNECT_TIMEOUT_MS = 5_000;
const READ_TIMEOUT_MS = 12_000;

/**
 * A connected client whose statements are prepared, idempotent and sent to a replica of their row. Writes wait for a quorum of the local
 * data centre. @throws VitalwireError `rejected` naming the setting that is wrong, `unavailable`
 */
export async function connectCassandra(options: CassandraOptions): Promise<Client> {
  const client = new Client({
    contactPoints: [...options.contactPoints],
    localDataCenter: options.localDataCentre,
    encoding: { useUndefinedAsUnset: true },
    queryOptions: { prepare: true, isIdempotent: true, consistency: types.consistencies.localQuorum },
    socketOptions: { connectTimeout: CONNECT_TIMEOUT_MS, readTimeout: READ_TIMEOUT_MS },
  });
  try {
    await client.connect();
  } catch (error) {
    await client.shutdown().catch(() => {});
    if (error instanceof Error && /datacenter|data ?center/i.test(error.message)) {
      throw new VitalwireError(
        'rejected',
        `CASSANDRA_LOCAL_DC: the cluster has no data centre "${options.localDataCentre}"`,
        {
          retriable: false,
          cause: error,
        },
      );
    }
    throw cassandraError(error);
  }
  return client;
}
