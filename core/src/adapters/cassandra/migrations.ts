import type { Client } from 'cassandra-driver';
import { VitalwireError } from '../../runtime/errors.ts';
import { cassandraError } from './cassandra-error.ts';
import { connectCassandra, type CassandraConnection } from './connect.ts';

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
 * Creates the keyspace, with `replication` copies in every data centre of the cluster, and brings its tables to the newest version: a job
 * of the deployment, idempotent. @throws VitalwireError `rejected` naming the setting, `unavailable`
 */
export async function migrate(connection: CassandraConnection, replication: number): Promise<void> {
  const client = await connectCassandra(connection);
  try {
    await createKeyspace(client, replication);
    await client.execute(
      `CREATE TABLE IF NOT EXISTS ${KEYSPACE}.schema_migrations (version int PRIMARY KEY, applied_at timestamp)`,
      [],
      { prepare: false },
    );
    const applied = await appliedVersions(client);
    requireNotNewer(applied);
    for (const [index, statements] of MIGRATIONS.entries()) {
      const version = index + 1;
      if (applied.has(version)) continue;
      for (const statement of statements) await client.execute(statement, [], { prepare: false });
      await client.execute(
        `INSERT INTO ${KEYSPACE}.schema_migrations (version, applied_at) VALUES (?, toTimestamp(now()))`,
        [version],
      );
    }
  } catch (error) {
    throw cassandraError(error);
  } finally {
    await client.shutdown();
  }
}

/** @throws VitalwireError `rejected` where keyspace or tables are not there, or are of another version; `unavailable` */
export async function requireSchema(client: Client): Promise<void> {
  try {
    const { rows } = await client.execute(
      `SELECT table_name FROM system_schema.tables WHERE keyspace_name = '${KEYSPACE}' AND table_name = 'schema_migrations'`,
      [],
      { prepare: false },
    );
    const applied = rows.length === 0 ? new Set<number>() : await appliedVersions(client);
    requireNotNewer(applied);
    if (applied.has(MIGRATIONS.length)) return;
  } catch (error) {
    throw cassandraError(error);
  }
  throw new VitalwireError(
    'rejected',
    `CASSANDRA_CONTACT_POINTS: the cluster has no keyspace ${KEYSPACE} with tables of version ${MIGRATIONS.length}; they are made by the setup job, before components start`,
    { retriable: false },
  );
}

function requireNotNewer(applied: ReadonlySet<number>): void {
  const newest = Math.max(0, ...applied);
  if (newest <= MIGRATIONS.length) return;
  throw new VitalwireError(
    'rejected',
    `CASSANDRA_CONTACT_POINTS: keyspace ${KEYSPACE} is at version ${newest}, newer than this Vitalwire knows (${MIGRATIONS.length})`,
    { retriable: false },
  );
}

/** One that is there keeps its replication: changing it is a repair's beginning, and an operator's to decide. */
async function createKeyspace(client: Client, replication: number): Promise<void> {
  const { rows } = await client.execute(
    'SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?',
    [KEYSPACE],
  );
  if (rows.length > 0) return;
  const nodes = new Map<string, number>();
  for (const { datacenter } of client.hosts.values()) nodes.set(datacenter, (nodes.get(datacenter) ?? 0) + 1);
  for (const [dataCentre, count] of nodes) {
    if (count >= replication) continue;
    throw new VitalwireError(
      'rejected',
      `CASSANDRA_REPLICATION: is ${replication}, but data centre ${dataCentre} has ${count} node(s)`,
      { retriable: false },
    );
  }
  const copies = [...nodes.keys()].map((name) => `'${name}': ${replication}`).join(', ');
  await client.execute(
    `CREATE KEYSPACE IF NOT EXISTS ${KEYSPACE} WITH replication = {'class': 'NetworkTopologyStrategy', ${copies}}`,
    [],
    { prepare: false },
  );
}

async function appliedVersions(client: Client): Promise<Set<number>> {
  const { rows } = await client.execute(`SELECT version FROM ${KEYSPACE}.schema_migrations`);
  return new Set(rows.map((row) => row['version'] as number));
}
