/** The data model's rows and the domain's types, in one place. */
import { types } from 'cassandra-driver';
import type { AlertLevel, RegionalStatistics, RiskScore, VitalTrend } from '../../ports/analytics.ts';
import type { VitalName } from '../../vitals/vital.ts';

const HOUR_MS = 3_600_000;

/** A date and an hour of it, UTC: how the data model keys what is hourly. */
export function dateAndHour(hourMs: number): { date: types.LocalDate; hour: number } {
  const at = new Date(hourMs);
  return {
    date: new types.LocalDate(at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate()),
    hour: at.getUTCHours(),
  };
}

function hourMsOf(row: types.Row): number {
  const date = row['date'] as types.LocalDate;
  return Date.UTC(date.year, date.month - 1, date.day) + (row['hour'] as number) * HOUR_MS;
}

export function rowToTrend(row: types.Row): VitalTrend {
  return {
    patientId: row['patient_id'] as string,
    vital: row['vital_type'] as VitalName,
    hourMs: hourMsOf(row),
    min: row['min_value'] as number,
    max: row['max_value'] as number,
    mean: row['avg_value'] as number,
    standardDeviation: row['std_deviation'] as number,
    count: row['sample_count'] as number,
  };
}

export function rowToRiskScore(row: types.Row): RiskScore {
  return {
    region: row['region'] as string,
    patientId: row['patient_id'] as string,
    atMs: (row['timestamp'] as Date).getTime(),
    score: row['risk_score'] as number,
    alertLevel: row['alert_level'] as AlertLevel,
    factors: (row['risk_factors'] as Record<string, number> | null) ?? {},
    sources: (row['data_sources'] as string[] | null) ?? [],
    partial: row['partial'] as boolean,
    assumed: (row['assumed'] as string[] | null) ?? [],
  };
}

export function rowToRegionalStatistics(row: types.Row): RegionalStatistics {
  return {
    region: row['region'] as string,
    hourMs: hourMsOf(row),
    averageRiskScore: row['avg_risk_score'] as number,
    highRisk: row['high_risk_count'] as number,
    mediumRisk: row['medium_risk_count'] as number,
    lowRisk: row['low_risk_count'] as number,
  };
}
