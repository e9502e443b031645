import type { Client } from 'cassandra-driver';
import { VitalwireError } from '../../runtime/errors.ts';
import { cassandraError } from './cassandra-error.ts';
import { connectCassandra, type CassandraConnection } from './connect.ts';

/** Each version's statements, in order; what has been applied is never edited, a change is a new version. */
const migrationsOf = (keyspace: string): readonly (readonly string[])[] => [
  [
    `CREATE TABLE IF NOT EXISTS ${keyspace}.risk_scores (
       region text, patient_id text, timestamp timestamp,
       risk_score int, risk_factors map<text, int>, alert_level text, data_sources set<text>,
       partial boolean, assumed set<text>,
       PRIMARY KEY ((region, patient_id), timestamp)
     ) WITH CLUSTERING ORDER BY (timestamp DESC)`,
    `CREATE INDEX IF NOT EXISTS risk_scores_alert_level ON ${keyspace}.risk_scores (alert_level)`,
    `CREATE INDEX IF NOT EXISTS risk_scores_risk_score ON ${keyspace}.risk_scores (risk_score)`,
    `CREATE TABLE IF NOT EXISTS ${keyspace}.regional_stats (
       region text, date date, hour int,
       avg_risk_score double, high_risk_count int, medium_risk_count int, low_risk_count int,
       PRIMARY KEY ((region), date, hour)
     )`,
    `CREATE TABLE IF NOT EXISTS ${keyspace}.vital_trends (
       patient_id text, vital_type text, date date, hour int,
       min_value double, max_value double, avg_value double, std_deviation double, sample_count int,
       PRIMARY KEY ((patient_id, vital_type), date, hour)
     )`,
  ],
];

const VERSION = migrationsOf('').length;
const TABLES = ['regional_stats', 'risk_scores', 'schema_migrations', 'vital_trends'];

/**
 * Creates the keyspace, with `replication` copies in every data centre of the cluster, and brings its tables to the newest version: a job
 * of the deployment, idempotent. @throws VitalwireError `rejected` naming the setting, `unavailable`
 */
export async function migrate(connection: CassandraConnection, replication: number): Promise<void> {
  const { keyspace } = connection;
  const client = await connectCassandra(connection);
  try {
    await createKeyspace(client, keyspace, replication);
    await client.execute(
      `CREATE TABLE IF NOT EXISTS ${keyspace}.schema_migrations (version int PRIMARY KEY, applied_at timestamp)`,
      [],
      { prepare: false },
    );
    const applied = await appliedVersions(client, keyspace);
    requireNotNewer(applied, keyspace);
    for (const [index, statements] of migrationsOf(keyspace).entries()) {
      const version = index + 1;
      if (applied.has(version)) continue;
      for (const statement of statements) await client.execute(statement, [], { prepare: false });
      await client.execute(
        `INSERT INTO ${keyspace}.schema_migrations (version, applied_at) VALUES (?, toTimestamp(now()))`,
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
export async function requireSchema(client: Client, keyspace: string): Promise<void> {
  let missing: readonly string[];
  let applied = new Set<number>();
  try {
    const { rows } = await client.execute(
      'SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?',
      [keyspace],
    );
    const there = new Set(rows.map((row) => String(row['table_name'])));
    missing = TABLES.filter((table) => !there.has(table));
    if (there.has('schema_migrations')) applied = await appliedVersions(client, keyspace);
  } catch (error) {
    throw cassandraError(error);
  }
  requireNotNewer(applied, keyspace);
  if (missing.length === 0 && applied.has(VERSION)) return;
  const lacking = missing.length === 0 ? `tables of version ${VERSION}` : `table ${missing.join(', ')}`;
  throw new VitalwireError(
    'rejected',
    `CASSANDRA_KEYSPACE: the cluster has no keyspace ${keyspace} with ${lacking}; the setup job makes them, before components start`,
    { retriable: false },
  );
}

function requireNotNewer(applied: ReadonlySet<number>, keyspace: string): void {
  const newest = Math.max(0, ...applied);
  if (newest <= VERSION) return;
  throw new VitalwireError(
    'rejected',
    `CASSANDRA_KEYSPACE: ${keyspace} is at version ${newest}, newer than this Vitalwire knows (${VERSION})`,
    { retriable: false },
  );
}

/** One that is there keeps its replication: changing it is a repair's beginning, and an operator's to decide. */
async function createKeyspace(client: Client, keyspace: string, replication: number): Promise<void> {
  const { rows } = await client.execute(
    'SELECT keyspace_name FROM system_schema.keyspaces WHERE keyspace_name = ?',
    [keyspace],
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
    `CREATE KEYSPACE IF NOT EXISTS ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy', ${copies}}`,
    [],
    { prepare: false },
  );
}

async function appliedVersions(client: Client, keyspace: string): Promise<Set<number>> {
  const { rows } = await client.execute(`SELECT version FROM ${keyspace}.schema_migrations`);
  return new Set(rows.map((row) => row['version'] as number));
}
