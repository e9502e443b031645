import type { Client } from 'cassandra-driver';
import { VitalwireError } from '../../runtime/errors.ts';
import { cassandraError } from './cassandra-error.ts';

export const KEYSPACE = 'patient_analytics';

/** Each version's statements, in order; what has been applied is never edited, a change is a new version. */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE IF NOT EXISTS ${KEYSPACE}.risk_scores (
       region text, patient_id text, timestamp timestamp,
       risk_score int, risk_factors map<text, int>, alert_level text, data_sources set<text>,
       partial boolean, assumed set<text>,
       PRIMARY KEY ((region, patient_id), timestamp)
     ) WITH CLUSTERING ORDER BY (timestamp DESC)`,
    `CREATE INDEX IF NOT EXISTS risk_scores_alert_level ON ${KEYSPACE}.risk_scores (alert_level)`,
    `CREATE INDEX IF NOT EXISTS risk_scores_risk_score ON ${KEYSPACE}.risk_scores (risk_score)`,
    `CREATE TABLE IF NOT EXISTS ${KEYSPACE}.regional_stats (
       region text, date date, hour int,
       avg_risk_score double, high_risk_count int, medium_risk_count int, low_risk_count int,
       PRIMARY KEY ((region), date, hour)
     )`,
    `CREATE TABLE IF NOT EXISTS ${KEYSPACE}.vital_trends (
       patient_id text, vital_type text, date date, hour int,
       min_value double, max_value double, avg_value double, std_deviation double, sample_count int,
       PRIMARY KEY ((patient_id, vital_type), date, hour)
     )`,
  ],
];

/**
 * Creates the keyspace, with `replication` copies in every data centre of the cluster, and brings its tables to the newest version.
 * Idempotent; a job of the deployment, and safe at every start. @throws VitalwireError `rejected`, `unavailable`
 */
export async function migrate(client: Client, replication: number): Promise<void> {
  try {
    await createKeyspace(client, replication);
    await client.execute(
      `CREATE TABLE IF NOT EXISTS ${KEYSPACE}.schema_migrations (version int PRIMARY KEY, applied_at timestamp)`,
    );
    const applied = await appliedVersions(client);
    const newest = Math.max(0, ...applied);
    if (newest > MIGRATIONS.length) {
      throw new VitalwireError(
        'rejected',
        `keyspace ${KEYSPACE} is at version ${newest}, newer than this Vitalwire knows (${MIGRATIONS.length})`,
        {
          retriable: false,
        },
      );
    }
    for (const [index, statements] of MIGRATIONS.entries()) {
      const version = index + 1;
      if (applied.has(version)) continue;
      for (const statement of statements) await client.execute(statement);
      await client.execute(
        `INSERT INTO ${KEYSPACE}.schema_migrations (version, applied_at) VALUES (?, toTimestamp(now()))`,
        [version],
        {
          prepare: true,
        },
      );
    }
  } catch (error) {
    throw cassandraError(error);
  }
}

async function createKeyspace(client: Client, replication: number): Promise<void> {
  const { rows } = await client.execute(
    'SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?',
    [KEYSPACE],
  );
  if (rows.length > 0) return;
  const dataCentres = new Set([...client.hosts.values()].map((host) => host.datacenter));
  const copies = [...dataCentres].map((name) => `'${name}': ${replication}`).join(', ');
  await client.execute(
    `CREATE KEYSPACE IF NOT EXISTS ${KEYSPACE} WITH replication = {'class': 'NetworkTopologyStrategy', ${copies}}`,
  );
}

async function appliedVersions(client: Client): Promise<Set<number>> {
  const { rows } = await client.execute(`SELECT version FROM ${KEYSPACE}.schema_migrations`);
  return new Set(rows.map((row) => row['version'] as number));
}
