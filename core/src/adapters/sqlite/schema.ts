import type { DatabaseSync } from 'node:sqlite';
import { VitalwireError } from '../../runtime/errors.ts';

/** "VWIR": marks the file as ours. */
const APPLICATION_ID = 0x56_57_49_52;

/**
 * Migrations in order; the database's user_version counts those applied. One that has been released is never edited: add another.
 *
 * `log_records.id` is slot * 2^40 + offset (`log-slots.ts`): a partition is one stretch of the one b-tree, in offset order.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE log_topics (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, first_slot INTEGER NOT NULL, partitions INTEGER NOT NULL
  );
  CREATE TABLE log_partitions (slot INTEGER PRIMARY KEY, next_offset INTEGER NOT NULL);
  CREATE TABLE log_records (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB, headers TEXT, timestamp_ms INTEGER NOT NULL
  );
  CREATE TABLE log_commits (
    group_name TEXT NOT NULL, slot INTEGER NOT NULL, next_offset INTEGER NOT NULL, PRIMARY KEY (group_name, slot)
  ) WITHOUT ROWID;

  CREATE TABLE checkpoints (
    id INTEGER PRIMARY KEY, pipeline TEXT NOT NULL, partition INTEGER NOT NULL, next_offset INTEGER NOT NULL,
    generation INTEGER NOT NULL, UNIQUE (pipeline, partition)
  );
  CREATE TABLE checkpoint_chunks (id INTEGER PRIMARY KEY, generation INTEGER NOT NULL, state BLOB NOT NULL);
  CREATE INDEX checkpoint_chunks_by_generation ON checkpoint_chunks (generation, id);

  CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE raw_points (
    patient INTEGER NOT NULL, at_ms INTEGER NOT NULL, device INTEGER NOT NULL, region INTEGER NOT NULL,
    heartbeat REAL, blood_pressure_systolic REAL, blood_pressure_diastolic REAL, temperature REAL,
    oxygen_saturation REAL, respiratory_rate REAL,
    validity TEXT, mode TEXT NOT NULL, clock_correction_ms REAL NOT NULL,
    PRIMARY KEY (patient, at_ms, device)
  ) WITHOUT ROWID;
  CREATE TABLE window_points (
    tier TEXT NOT NULL, patient INTEGER NOT NULL, start_ms INTEGER NOT NULL, region INTEGER NOT NULL, vitals TEXT NOT NULL,
    PRIMARY KEY (tier, patient, start_ms)
  ) WITHOUT ROWID;

  CREATE TABLE vital_trends (
    patient_id TEXT NOT NULL, vital TEXT NOT NULL, hour_ms INTEGER NOT NULL, min REAL NOT NULL, max REAL NOT NULL,
    mean REAL NOT NULL, standard_deviation REAL NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (patient_id, vital, hour_ms)
  ) WITHOUT ROWID;
  CREATE TABLE risk_scores (
    region TEXT NOT NULL, patient_id TEXT NOT NULL, at_ms INTEGER NOT NULL, score INTEGER NOT NULL, alert_level TEXT NOT NULL,
    factors TEXT NOT NULL, sources TEXT NOT NULL, partial INTEGER NOT NULL, assumed TEXT NOT NULL,
    PRIMARY KEY (region, patient_id, at_ms)
  ) WITHOUT ROWID;
  CREATE TABLE regional_stats (
    region TEXT NOT NULL, hour_ms INTEGER NOT NULL, average_risk_score REAL NOT NULL, high_risk INTEGER NOT NULL,
    medium_risk INTEGER NOT NULL, low_risk INTEGER NOT NULL, PRIMARY KEY (region, hour_ms)
  ) WITHOUT ROWID;

  CREATE TABLE alerts (
    seq INTEGER PRIMARY KEY, region TEXT NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, patient_id TEXT NOT NULL,
    type TEXT NOT NULL, priority TEXT NOT NULL, status TEXT NOT NULL, raised_at_ms INTEGER NOT NULL,
    resolved_stored_ms INTEGER, body TEXT NOT NULL,
    UNIQUE (region, id)
  );
  CREATE UNIQUE INDEX alerts_open ON alerts (region, patient_id, type) WHERE status <> 'resolved';
  CREATE INDEX alerts_newest ON alerts (region, raised_at_ms, seq);
  CREATE INDEX alerts_of_patient ON alerts (patient_id, raised_at_ms, seq);
  CREATE INDEX alerts_resolved ON alerts (resolved_stored_ms) WHERE resolved_stored_ms IS NOT NULL;
  CREATE TABLE alert_events (
    region TEXT NOT NULL, seq INTEGER NOT NULL, alert_id TEXT NOT NULL, version INTEGER NOT NULL,
    stored_ms INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (region, seq)
  ) WITHOUT ROWID;
  CREATE INDEX alert_events_of_alert ON alert_events (region, alert_id, version);
  CREATE TABLE alert_sequences (region TEXT PRIMARY KEY, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL) WITHOUT ROWID;

  CREATE TABLE identity (epoch TEXT NOT NULL);
  INSERT INTO identity VALUES (lower(hex(randomblob(4))));
  `,
  `ALTER TABLE raw_points ADD COLUMN received_at_ms INTEGER;`,
  `CREATE TABLE raw_journal (id INTEGER PRIMARY KEY, rows BLOB NOT NULL);`,
];

/** Brings the schema up to date. @throws VitalwireError `rejected` where the file is newer than this program, or not ours. */
export function migrate(connection: DatabaseSync, path: string): void {
  const pragma = (name: string): number => Number(connection.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
  const applicationId = pragma('application_id');
  const version = pragma('user_version');
  const tables = Number(connection.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']);
  if (applicationId !== APPLICATION_ID && tables > 0) {
    throw new VitalwireError('rejected', `${path} is a database of another program`, { retriable: false });
  }
  if (version > MIGRATIONS.length) {
    throw new VitalwireError(
      'rejected',
      `${path} has schema version ${version}, and this program knows versions up to ${MIGRATIONS.length}: start the newer program, or use another data directory`,
      { retriable: false },
    );
  }
  for (const [i, migration] of MIGRATIONS.entries()) {
    if (i < version) continue;
    connection.exec(
      `BEGIN IMMEDIATE; ${migration}; PRAGMA user_version = ${i + 1}; PRAGMA application_id = ${APPLICATION_ID}; COMMIT`,
    );
  }
}
