import type { VitalName } from '../vitals/vital.ts';

/** Hourly trends, early-warning scores and regional statistics: Cassandra's tables in the data model's names and keys. */
export interface Analytics {
  /**
   * All writes: durable once resolved, idempotent by the row's key, the newest write replacing the row.
   * @throws VitalwireError `unavailable` (whether it was stored is unknown; trying again is safe)
   */
  writeTrends(trends: readonly VitalTrend[]): Promise<void>;
  writeRiskScores(scores: readonly RiskScore[]): Promise<void>;
  writeRegionalStatistics(rows: readonly RegionalStatistics[]): Promise<void>;
  /** Rows with fromMs <= hourMs < toMs, oldest first. */
  trends(patientId: string, vital: VitalName, fromMs: number, toMs: number): Promise<readonly VitalTrend[]>;
  /** Rows with fromMs <= atMs < toMs, newest first, at most `limit`. */
  riskScores(
    region: string,
    patientId: string,
    fromMs: number,
    toMs: number,
    limit: number,
  ): Promise<readonly RiskScore[]>;
  latestRiskScore(region: string, patientId: string): Promise<RiskScore | undefined>;
  /** Rows with fromMs <= hourMs < toMs, oldest first. */
  regionalStatistics(region: string, fromMs: number, toMs: number): Promise<readonly RegionalStatistics[]>;
  /** @throws VitalwireError `unavailable` */
  ping(): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** One hour of one vital; the hour starts at `hourMs` (aligned to the epoch, event time) and holds usable values only. */
export interface VitalTrend {
  readonly patientId: string;
  readonly vital: VitalName;
  readonly hourMs: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Of the sample (n − 1); 0 for a single value. */
  readonly standardDeviation: number;
  readonly count: number;
}

export type AlertLevel = 'low' | 'low-medium' | 'medium' | 'high';

/** A NEWS2 aggregate and the points that make it up. */
export interface RiskScore {
  readonly region: string;
  readonly patientId: string;
  readonly atMs: number;
  /** 0..20; a lower bound where `partial`. */
  readonly score: number;
  readonly alertLevel: AlertLevel;
  /** Points by parameter that was known. */
  readonly factors: Readonly<Record<string, number>>;
  /** Devices and charts the values came from. */
  readonly sources: readonly string[];
  /** A parameter was missing. */
  readonly partial: boolean;
  /** Parameters never charted and therefore assumed normal. */
  readonly assumed: readonly string[];
}

/** How many patients of a region stood where at the end of an hour. */
export interface RegionalStatistics {
  readonly region: string;
  readonly hourMs: number;
  readonly averageRiskScore: number;
  readonly highRisk: number;
  readonly mediumRisk: number;
  readonly lowRisk: number;
}
