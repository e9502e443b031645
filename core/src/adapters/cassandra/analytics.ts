import { concurrent, types, type Client } from 'cassandra-driver';
import type { Analytics, RegionalStatistics, RiskScore, VitalTrend } from '../../ports/analytics.ts';
import type { Clock } from '../../runtime/clock.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { retry } from '../../runtime/retry.ts';
import type { VitalName } from '../../vitals/vital.ts';
import { cassandraError } from './cassandra-error.ts';
import { CONCURRENT_STATEMENTS, connectCassandra, type CassandraOptions } from './connect.ts';
import { KEYSPACE, migrate } from './migrations.ts';
import { dateAndHour, rowToRegionalStatistics, rowToRiskScore, rowToTrend } from './rows.ts';

export interface CassandraAnalyticsOptions extends CassandraOptions {
  /** Copies of each row in each data centre, where the keyspace is yet to be created. */
  readonly replication: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
}

/** Opens the analytics tables, migrated to the newest version. @throws VitalwireError `rejected` naming the setting, `unavailable` */
export async function openCassandraAnalytics(options: CassandraAnalyticsOptions): Promise<Analytics> {
  const client = await connectCassandra(options);
  try {
    await migrate(client, options.replication);
  } catch (error) {
    await client.shutdown();
    throw error;
  }
  return new CassandraAnalytics(client, options);
}

const WRITE_TREND = `INSERT INTO ${KEYSPACE}.vital_trends
  (patient_id, vital_type, date, hour, min_value, max_value, avg_value, std_deviation, sample_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const WRITE_RISK = `INSERT INTO ${KEYSPACE}.risk_scores
  (region, patient_id, timestamp, risk_score, risk_factors, alert_level, data_sources, partial, assumed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const WRITE_REGION = `INSERT INTO ${KEYSPACE}.regional_stats
  (region, date, hour, avg_risk_score, high_risk_count, medium_risk_count, low_risk_count) VALUES (?, ?, ?, ?, ?, ?, ?)`;
const READ_TRENDS = `SELECT * FROM ${KEYSPACE}.vital_trends WHERE patient_id = ? AND vital_type = ? AND (date, hour) >= (?, ?) AND (date, hour) < (?, ?)`;
const READ_RISK = `SELECT * FROM ${KEYSPACE}.risk_scores WHERE region = ? AND patient_id = ? AND timestamp >= ? AND timestamp < ? LIMIT ?`;
const READ_LATEST_RISK = `SELECT * FROM ${KEYSPACE}.risk_scores WHERE region = ? AND patient_id = ? LIMIT 1`;
const READ_REGION = `SELECT * FROM ${KEYSPACE}.regional_stats WHERE region = ? AND (date, hour) >= (?, ?) AND (date, hour) < (?, ?)`;

/** Dashboards read one replica; what a decision hangs on (the latest score) reads a quorum. */
const DASHBOARD = types.consistencies.localOne;
const DECISION = types.consistencies.localQuorum;

const HOUR_MS = 3_600_000;

class CassandraAnalytics implements Analytics {
  readonly #client: Client;
  readonly #options: CassandraAnalyticsOptions;
  readonly #closing = new AbortController();
  readonly #writes = new Set<Promise<void>>();

  constructor(client: Client, options: CassandraAnalyticsOptions) {
    this.#client = client;
    this.#options = options;
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

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#writes);
    await this.#client.shutdown();
  }

  async #write(statement: string, rows: readonly unknown[][]): Promise<void> {
    if (rows.length === 0) return;
    if (this.#closing.signal.aborted)
      throw new VitalwireError('closed', 'the analytics were closed', { retriable: false });
    // Every write replaces its row, so the whole call is simply made again after a failure.
    const writing = retry(() => this.#writeOnce(statement, rows), {
      clock: this.#options.clock,
      signal: this.#closing.signal,
      random: this.#options.random,
      firstPauseMs: 100,
      maxPauseMs: 5_000,
      onRetry: (error, attempt, pauseMs) =>
        this.#options.logger.warn(
          { err: error, attempt, pause_ms: Math.round(pauseMs), rows: rows.length },
          'writing again',
        ),
    });
    this.#writes.add(writing);
    try {
      await writing;
    } finally {
      this.#writes.delete(writing);
    }
  }

  async #writeOnce(statement: string, rows: readonly unknown[][]): Promise<void> {
    try {
      await concurrent.executeConcurrent(this.#client, statement, [...rows], {
        concurrencyLevel: CONCURRENT_STATEMENTS,
      });
    } catch (error) {
      throw cassandraError(error);
    }
  }

  async #read(
    statement: string,
    parameters: unknown[],
    consistency: types.consistencies,
  ): Promise<types.Row[]> {
    try {
      const rows: types.Row[] = [];
      for await (const row of await this.#client.execute(statement, parameters, { consistency }))
        rows.push(row);
      return rows;
    } catch (error) {
      throw cassandraError(error);
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
