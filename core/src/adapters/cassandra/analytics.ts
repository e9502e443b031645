import { concurrent, types, type Client } from 'cassandra-driver';
import type { Analytics, RegionalStatistics, RiskScore, VitalTrend } from '../../ports/analytics.ts';
import type { Clock } from '../../runtime/clock.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import { UnderWay } from '../../runtime/under-way.ts';
import type { VitalName } from '../../vitals/vital.ts';
import { cassandraError } from './cassandra-error.ts';
import {
  CONCURRENT_STATEMENTS,
  cassandraClient,
  connectCassandra,
  type CassandraConnection,
} from './connect.ts';
import type { CassandraMetrics } from './metrics.ts';
import { requireSchema } from './migrations.ts';
import { dateAndHour, rowToRegionalStatistics, rowToRiskScore, rowToTrend } from './rows.ts';

export interface CassandraDeps {
  readonly clock: Clock;
  /** `cassandraMetrics` */
  readonly metrics: CassandraMetrics;
}

/** The analytics tables. @throws VitalwireError `rejected` naming the setting or the missing tables, `unavailable` */
export async function openCassandraAnalytics(
  connection: CassandraConnection,
  deps: CassandraDeps,
): Promise<Analytics> {
  const client = await connectCassandra(connection);
  try {
    await requireSchema(client, connection.keyspace);
  } catch (error) {
    await client.shutdown();
    throw error;
  }
  return new CassandraAnalytics(client, connection.keyspace, deps);
}

/** The same without asking the cluster anything: for a component that must start while Cassandra is away. */
export const cassandraAnalytics = (connection: CassandraConnection, deps: CassandraDeps): Analytics =>
  new CassandraAnalytics(cassandraClient(connection), connection.keyspace, deps);

const WRITE_TREND = `vital_trends
  (patient_id, vital_type, date, hour, min_value, max_value, avg_value, std_deviation, sample_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const WRITE_RISK = `risk_scores
  (region, patient_id, timestamp, risk_score, risk_factors, alert_level, data_sources, partial, assumed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const WRITE_REGION = `regional_stats
  (region, date, hour, avg_risk_score, high_risk_count, medium_risk_count, low_risk_count) VALUES (?, ?, ?, ?, ?, ?, ?)`;
const READ_TRENDS = `vital_trends WHERE patient_id = ? AND vital_type = ? AND (date, hour) >= (?, ?) AND (date, hour) < (?, ?)`;
const READ_RISK = `risk_scores WHERE region = ? AND patient_id = ? AND timestamp >= ? AND timestamp < ? LIMIT ?`;
const READ_LATEST_RISK = `risk_scores WHERE region = ? AND patient_id = ? LIMIT 1`;
const READ_REGION = `regional_stats WHERE region = ? AND (date, hour) >= (?, ?) AND (date, hour) < (?, ?)`;

/** Dashboards read one replica; what a decision hangs on (the latest score) reads a quorum. */
const DASHBOARD = types.consistencies.localOne;
const DECISION = types.consistencies.localQuorum;

const HOUR_MS = 3_600_000;

class CassandraAnalytics implements Analytics {
  readonly #client: Client;
  readonly #keyspace: string;
  readonly #deps: CassandraDeps;
  readonly #writes = new UnderWay();
  #closing: Promise<void> | undefined;

  constructor(client: Client, keyspace: string, deps: CassandraDeps) {
    this.#client = client;
    this.#keyspace = keyspace;
    this.#deps = deps;
  }

  writeTrends(trends: readonly VitalTrend[]): Promise<void> {
    const rows = trends.map((trend) => {
      const { date, hour } = dateAndHour(trend.hourMs);
      return [
        trend.patientId,
        trend.vital,
        date,
        hour,
        trend.min,
        trend.max,
        trend.mean,
        trend.standardDeviation,
        trend.count,
      ];
    });
    return this.#write(WRITE_TREND, rows);
  }

  writeRiskScores(scores: readonly RiskScore[]): Promise<void> {
    const rows = scores.map((score) => [
      score.region,
      score.patientId,
      new Date(score.atMs),
      score.score,
      score.factors,
      score.alertLevel,
      score.sources,
      score.partial,
      score.assumed,
    ]);
    return this.#write(WRITE_RISK, rows);
  }

  writeRegionalStatistics(statistics: readonly RegionalStatistics[]): Promise<void> {
    const rows = statistics.map((row) => {
      const { date, hour } = dateAndHour(row.hourMs);
      return [row.region, date, hour, row.averageRiskScore, row.highRisk, row.mediumRisk, row.lowRisk];
    });
    return this.#write(WRITE_REGION, rows);
  }

  async trends(
    patientId: string,
    vital: VitalName,
    fromMs: number,
    toMs: number,
  ): Promise<readonly VitalTrend[]> {
    const rows = await this.#read(READ_TRENDS, [patientId, vital, ...hoursBetween(fromMs, toMs)], DASHBOARD);
    return rows.map(rowToTrend);
  }

  async riskScores(
    region: string,
    patientId: string,
    fromMs: number,
    toMs: number,
    limit: number,
  ): Promise<readonly RiskScore[]> {
    const rows = await this.#read(
      READ_RISK,
      [region, patientId, new Date(fromMs), new Date(toMs), limit],
      DASHBOARD,
    );
    return rows.map(rowToRiskScore);
  }

  async latestRiskScore(region: string, patientId: string): Promise<RiskScore | undefined> {
    const [row] = await this.#read(READ_LATEST_RISK, [region, patientId], DECISION);
    return row === undefined ? undefined : rowToRiskScore(row);
  }

  async regionalStatistics(
    region: string,
    fromMs: number,
    toMs: number,
  ): Promise<readonly RegionalStatistics[]> {
    const rows = await this.#read(READ_REGION, [region, ...hoursBetween(fromMs, toMs)], DASHBOARD);
    return rows.map(rowToRegionalStatistics);
  }

  async ping(): Promise<void> {
    try {
      await this.#client.execute('SELECT release_version FROM system.local', [], {
        consistency: types.consistencies.localOne,
      });
    } catch (error) {
      throw cassandraError(error);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#writes.ended().then(() => this.#client.shutdown());
    return this.#closing;
  }

  /** Every write replaces its row, so after a failure the whole call may simply be made again. */
  async #write(into: string, rows: readonly unknown[][]): Promise<void> {
    if (this.#closing) throw new VitalwireError('closed', 'the analytics are closed', { retriable: false });
    if (rows.length === 0) return;
    const { clock, metrics } = this.#deps;
    const startMs = clock.monotonic();
    const statement = `INSERT INTO ${this.#keyspace}.${into}`;
    const options = { concurrencyLevel: CONCURRENT_STATEMENTS };
    try {
      await this.#writes.run(() => concurrent.executeConcurrent(this.#client, statement, [...rows], options));
      metrics.rowsWritten.inc({ table: into.slice(0, into.search(/\s/)) }, rows.length);
    } catch (error) {
      metrics.errors.inc({ operation: 'write' });
      throw cassandraError(error);
    } finally {
      metrics.writeSeconds.observe((clock.monotonic() - startMs) / 1000);
    }
  }

  async #read(from: string, parameters: unknown[], consistency: types.consistencies): Promise<types.Row[]> {
    const { clock, metrics } = this.#deps;
    const startMs = clock.monotonic();
    const statement = `SELECT * FROM ${this.#keyspace}.${from}`;
    try {
      const rows: types.Row[] = [];
      for await (const row of await this.#client.execute(statement, parameters, { consistency }))
        rows.push(row);
      return rows;
    } catch (error) {
      metrics.errors.inc({ operation: 'read' });
      throw cassandraError(error);
    } finally {
      metrics.readSeconds.observe((clock.monotonic() - startMs) / 1000);
    }
  }
}

/** The first whole hour at or after each end: hourly rows are keyed by their start. */
function hoursBetween(fromMs: number, toMs: number): unknown[] {
  return [fromMs, toMs].flatMap((ms) => {
    const { date, hour } = dateAndHour(Math.ceil(ms / HOUR_MS) * HOUR_MS);
    return [date, hour];
  });
}
