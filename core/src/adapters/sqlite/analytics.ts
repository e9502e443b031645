import type { SQLInputValue, StatementSync } from 'node:sqlite';
import type {
  AlertLevel,
  Analytics,
  RegionalStatistics,
  RiskScore,
  VitalTrend,
} from '../../ports/analytics.ts';
import type { VitalName } from '../../vitals/vital.ts';
import { PortSession, type Session } from './port-session.ts';

type Row = Record<string, unknown>;

const SLICE_ROWS = 64;

/** Hourly trends, scores and regional statistics on SQLite. */
export class SqliteAnalytics implements Analytics {
  readonly #database: PortSession;
  readonly #writeTrend: StatementSync;
  readonly #writeRisk: StatementSync;
  readonly #writeRegion: StatementSync;
  readonly #trends: StatementSync;
  readonly #risks: StatementSync;
  readonly #latestRisk: StatementSync;
  readonly #regions: StatementSync;

  /** Closing it does not close the database. */
  constructor(database: Session) {
    this.#database = new PortSession(database, 'analytics store');
    this.#writeTrend = database.prepare('REPLACE INTO vital_trends VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    this.#writeRisk = database.prepare('REPLACE INTO risk_scores VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
    this.#writeRegion = database.prepare('REPLACE INTO regional_stats VALUES (?, ?, ?, ?, ?, ?)');
    this.#trends = database.prepare(
      'SELECT * FROM vital_trends WHERE patient_id = ? AND vital = ? AND hour_ms >= ? AND hour_ms < ? ORDER BY hour_ms',
    );
    this.#risks = database.prepare(
      `SELECT * FROM risk_scores WHERE region = ? AND patient_id = ? AND at_ms >= ? AND at_ms < ?
       ORDER BY at_ms DESC LIMIT ?`,
    );
    this.#latestRisk = database.prepare(
      'SELECT * FROM risk_scores WHERE region = ? AND patient_id = ? ORDER BY at_ms DESC LIMIT 1',
    );
    this.#regions = database.prepare(
      'SELECT * FROM regional_stats WHERE region = ? AND hour_ms >= ? AND hour_ms < ? ORDER BY hour_ms',
    );
  }

  writeTrends(trends: readonly VitalTrend[]): Promise<void> {
    return this.#write(
      this.#writeTrend,
      trends.map((trend) => [
        trend.patientId,
        trend.vital,
        trend.hourMs,
        trend.min,
        trend.max,
        trend.mean,
        trend.standardDeviation,
        trend.count,
      ]),
    );
  }

  writeRiskScores(scores: readonly RiskScore[]): Promise<void> {
    return this.#write(
      this.#writeRisk,
      scores.map((score) => [
        score.region,
        score.patientId,
        score.atMs,
        score.score,
        score.alertLevel,
        JSON.stringify(score.factors),
        JSON.stringify(score.sources),
        score.partial ? 1 : 0,
        JSON.stringify(score.assumed),
      ]),
    );
  }

  writeRegionalStatistics(rows: readonly RegionalStatistics[]): Promise<void> {
    return this.#write(
      this.#writeRegion,
      rows.map((row) => [
        row.region,
        row.hourMs,
        row.averageRiskScore,
        row.highRisk,
        row.mediumRisk,
        row.lowRisk,
      ]),
    );
  }

  async trends(
    patientId: string,
    vital: VitalName,
    fromMs: number,
    toMs: number,
  ): Promise<readonly VitalTrend[]> {
    const rows = await this.#database.read(() => this.#trends.all(patientId, vital, fromMs, toMs));
    return rows.map(toTrend);
  }

  async riskScores(
    region: string,
    patientId: string,
    fromMs: number,
    toMs: number,
    limit: number,
  ): Promise<readonly RiskScore[]> {
    const rows = await this.#database.read(() => this.#risks.all(region, patientId, fromMs, toMs, limit));
    return rows.map(toRiskScore);
  }

  async latestRiskScore(region: string, patientId: string): Promise<RiskScore | undefined> {
    const row = await this.#database.read(() => this.#latestRisk.get(region, patientId));
    return row && toRiskScore(row);
  }

  async regionalStatistics(
    region: string,
    fromMs: number,
    toMs: number,
  ): Promise<readonly RegionalStatistics[]> {
    const rows = await this.#database.read(() => this.#regions.all(region, fromMs, toMs));
    return rows.map(toRegionalStatistics);
  }

  ping(): Promise<void> {
    return this.#database.ping();
  }

  async close(): Promise<void> {
    this.#database.close();
  }

  async #write(statement: StatementSync, rows: readonly SQLInputValue[][]): Promise<void> {
    const slices: Promise<void>[] = [];
    for (let i = 0; i < rows.length; i += SLICE_ROWS) {
      const slice = rows.slice(i, i + SLICE_ROWS);
      slices.push(
        this.#database.write(() => {
          for (const row of slice) statement.run(...row);
        }, 'bulk'),
      );
    }
    await Promise.all(slices);
  }
}

function toTrend(row: Row): VitalTrend {
  return {
    patientId: String(row['patient_id']),
    vital: row['vital'] as VitalName,
    hourMs: Number(row['hour_ms']),
    min: Number(row['min']),
    max: Number(row['max']),
    mean: Number(row['mean']),
    standardDeviation: Number(row['standard_deviation']),
    count: Number(row['count']),
  };
}

function toRiskScore(row: Row): RiskScore {
  return {
    region: String(row['region']),
    patientId: String(row['patient_id']),
    atMs: Number(row['at_ms']),
    score: Number(row['score']),
    alertLevel: row['alert_level'] as AlertLevel,
    factors: JSON.parse(String(row['factors'])) as Record<string, number>,
    sources: JSON.parse(String(row['sources'])) as string[],
    partial: row['partial'] === 1,
    assumed: JSON.parse(String(row['assumed'])) as string[],
  };
}

function toRegionalStatistics(row: Row): RegionalStatistics {
  return {
    region: String(row['region']),
    hourMs: Number(row['hour_ms']),
    averageRiskScore: Number(row['average_risk_score']),
    highRisk: Number(row['high_risk']),
    mediumRisk: Number(row['medium_risk']),
    lowRisk: Number(row['low_risk']),
  };
}
