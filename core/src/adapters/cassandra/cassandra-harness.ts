/** What the adapter's tests need of a real Cassandra, named by CASSANDRA_CONTACT_POINTS and CASSANDRA_LOCAL_DC. */
import { systemClock } from '../../runtime/clock.ts';
import { Registry } from '../../runtime/metrics.ts';
import type { CassandraDeps } from './analytics.ts';
import type { CassandraConnection } from './connect.ts';
import { cassandraMetrics } from './metrics.ts';

/** @throws where there is no engine to test: such a test must not pass for lack of one */
export function testCassandra(): CassandraConnection {
  const {
    CASSANDRA_CONTACT_POINTS: points,
    CASSANDRA_LOCAL_DC: localDataCentre,
    CASSANDRA_KEYSPACE: keyspace = 'patient_analytics',
  } = process.env;
  if (!points || !localDataCentre)
    throw new Error(
      'CASSANDRA_CONTACT_POINTS and CASSANDRA_LOCAL_DC are not set: engine tests need a Cassandra to run on',
    );
  return { contactPoints: points.split(','), localDataCentre, keyspace, tls: undefined, login: undefined };
}

/** As many copies as there are nodes, three at most: what a keyspace of tests can have. */
export const testReplication = (): number => Math.min(3, testCassandra().contactPoints.length);

export const testDeps: CassandraDeps = { clock: systemClock, metrics: cassandraMetrics(new Registry()) };
