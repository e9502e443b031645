import type {
  Analytics,
  RegionalStatistics,
  RiskScore,
  VitalTrend,
} from '@vitalwire/core/ports/analytics.ts';
import type { RawPoint, SeriesRange, TimeSeries, WindowPoint } from '@vitalwire/core/ports/time-series.ts';

/** Tiers by the keys the port promises. */
export class SimulatedTimeSeries implements TimeSeries {
  readonly points = new Map<string, RawPoint>();
  readonly rows = new Map<string, WindowPoint>();

  async writeRaw(points: readonly RawPoint[]): Promise<void> {
    for (const point of points) {
      const key = `${point.patientId}|${point.deviceId}|${point.atMs}`;
      const before = this.points.get(key);
      this.points.set(key, before ? { ...point, vitals: { ...before.vitals, ...given(point) } } : point);
    }
  }

  async writeWindows(windows: readonly WindowPoint[]): Promise<void> {
    for (const window of windows) {
      this.rows.set(`${window.tier}|${window.patientId}|${window.startMs}`, window);
    }
  }

  async raw(range: SeriesRange): Promise<readonly RawPoint[]> {
    return within([...this.points.values()], range, (point) => point.atMs);
  }

  async windows(tier: string, range: SeriesRange): Promise<readonly WindowPoint[]> {
    const rows = [...this.rows.values()].filter((row) => row.tier === tier);
    return within(rows, range, (row) => row.startMs);
  }

  async ping(): Promise<void> {}
  async close(): Promise<void> {}
}

const given = ({ vitals }: RawPoint): Partial<RawPoint['vitals']> =>
  Object.fromEntries(Object.entries(vitals).filter(([, value]) => value !== undefined));

function within<T extends { readonly patientId: string }>(
  from: readonly T[],
  { patientId, fromMs, toMs, limit }: SeriesRange,
  at: (row: T) => number,
): T[] {
  return from
    .filter((row) => row.patientId === patientId && at(row) >= fromMs && at(row) < toMs)
    .toSorted((a, b) => at(a) - at(b))
    .slice(0, limit);
}

export class SimulatedAnalytics implements Analytics {
  readonly trendRows = new Map<string, VitalTrend>();
  readonly scores = new Map<string, RiskScore>();
  readonly statistics = new Map<string, RegionalStatistics>();

  async writeTrends(trends: readonly VitalTrend[]): Promise<void> {
    for (const trend of trends) {
      this.trendRows.set(`${trend.patientId}|${trend.vital}|${trend.hourMs}`, trend);
    }
  }

  async writeRiskScores(scores: readonly RiskScore[]): Promise<void> {
    for (const score of scores) this.scores.set(`${score.region}|${score.patientId}|${score.atMs}`, score);
  }

  async writeRegionalStatistics(rows: readonly RegionalStatistics[]): Promise<void> {
    for (const row of rows) this.statistics.set(`${row.region}|${row.hourMs}`, row);
  }

  async trends(patientId: string, vital: string, fromMs: number, toMs: number): Promise<VitalTrend[]> {
    return [...this.trendRows.values()]
      .filter((row) => row.patientId === patientId && row.vital === vital)
      .filter((row) => row.hourMs >= fromMs && row.hourMs < toMs)
      .toSorted((a, b) => a.hourMs - b.hourMs);
  }

  async riskScores(
    region: string,
    patientId: string,
    fromMs: number,
    toMs: number,
    limit: number,
  ): Promise<RiskScore[]> {
    return [...this.scores.values()]
      .filter((row) => row.region === region && row.patientId === patientId)
      .filter((row) => row.atMs >= fromMs && row.atMs < toMs)
      .toSorted((a, b) => b.atMs - a.atMs)
      .slice(0, limit);
  }

  async latestRiskScore(region: string, patientId: string): Promise<RiskScore | undefined> {
    return (await this.riskScores(region, patientId, Number.NEGATIVE_INFINITY, Infinity, 1))[0];
  }

  async regionalStatistics(region: string, fromMs: number, toMs: number): Promise<RegionalStatistics[]> {
    return [...this.statistics.values()]
      .filter((row) => row.region === region && row.hourMs >= fromMs && row.hourMs < toMs)
      .toSorted((a, b) => a.hourMs - b.hourMs);
  }

  async ping(): Promise<void> {}
  async close(): Promise<void> {}
}
