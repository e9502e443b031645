import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Analytics, RegionalStatistics, RiskScore, VitalTrend } from '../../ports/analytics.ts';
import { freshName } from '../fresh-name.ts';

/** One adapter on one engine, for one test. */
export interface AnalyticsHarness {
  /** The analytics under test; another object after `reopen`. */
  readonly analytics: Analytics;
  /** Ends the adapter's process in mid-air, or as near to that as can be had, and starts it anew. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

const HOUR_MS = 3_600_000;
/** Two hours before midnight: ranges cross a day and a year. */
const START_MS = Date.UTC(2025, 11, 31, 22);

/** Registers a test for every promise of `Analytics`. */
export function analyticsContract(engine: string, makeHarness: () => Promise<AnalyticsHarness>): void {
  describe(`Analytics on ${engine}`, () => {
    let harness: AnalyticsHarness;
    let patient: string;
    let region: string;
    beforeEach(async () => {
      harness = await makeHarness();
      patient = freshName('P');
      region = freshName('region');
    });
    afterEach(() => harness.close());

    const hour = (i: number): number => START_MS + i * HOUR_MS;
    const trend = (i: number, changes: Partial<VitalTrend> = {}): VitalTrend => ({
      patientId: patient,
      vital: 'heartbeat',
      hourMs: hour(i),
      min: 60,
      max: 90.5,
      mean: 72.25 + i,
      standardDeviation: 4.5,
      count: 3600,
      ...changes,
    });
    const score = (i: number, changes: Partial<RiskScore> = {}): RiskScore => ({
      region,
      patientId: patient,
      atMs: hour(i) + 123,
      score: 7,
      alertLevel: 'high',
      factors: { oxygen_saturation: 3, respiratory_rate: 2, temperature: 0 },
      sources: ['D1', 'chart'],
      partial: false,
      assumed: [],
      ...changes,
    });
    const statistics = (i: number, changes: Partial<RegionalStatistics> = {}): RegionalStatistics => ({
      region,
      hourMs: hour(i),
      averageRiskScore: 2.5 + i,
      highRisk: 1,
      mediumRisk: 2,
      lowRisk: 30,
      ...changes,
    });

    it('keeps trends by patient, vital and hour, the newest write of each', async () => {
      const rows = [3, 0, 1, 4, 2].map((i) => trend(i));
      await harness.analytics.writeTrends(rows);
      await harness.analytics.writeTrends([
        trend(1, { mean: 99, count: 12 }),
        trend(1, { vital: 'temperature' }),
        trend(1, { patientId: freshName('P') }),
      ]);
      await harness.analytics.writeTrends([]);
      expect(await harness.analytics.trends(patient, 'heartbeat', hour(1), hour(4))).toEqual([
        trend(1, { mean: 99, count: 12 }),
        trend(2),
        trend(3),
      ]);
      expect(await harness.analytics.trends(patient, 'temperature', hour(0), hour(9))).toHaveLength(1);
      expect(await harness.analytics.trends(patient, 'respiratory_rate', hour(0), hour(9))).toEqual([]);
    });

    it('keeps scores by region, patient and moment, newest first', async () => {
      const partial = score(2, {
        score: 3,
        alertLevel: 'low-medium',
        partial: true,
        assumed: ['consciousness'],
      });
      await harness.analytics.writeRiskScores([score(1), score(0), score(3)]);
      await harness.analytics.writeRiskScores([score(2), score(2, { region: freshName('region') })]);
      await harness.analytics.writeRiskScores([partial]);
      const found = (fromMs: number, toMs: number, limit: number): Promise<readonly RiskScore[]> =>
        harness.analytics.riskScores(region, patient, fromMs, toMs, limit);
      expect(await found(hour(0), hour(9), 10)).toEqual([score(3), partial, score(1), score(0)]);
      expect(await found(hour(0), hour(9), 2)).toEqual([score(3), partial]);
      expect(await found(score(1).atMs, score(3).atMs, 10)).toEqual([partial, score(1)]);
      expect(await harness.analytics.latestRiskScore(region, patient)).toEqual(score(3));
      expect(await harness.analytics.latestRiskScore(region, freshName('P'))).toBeUndefined();
      expect(await harness.analytics.latestRiskScore(freshName('region'), patient)).toBeUndefined();
    });

    it('keeps factors, sources and assumptions that are empty', async () => {
      const bare = score(0, { score: 0, alertLevel: 'low', factors: {}, sources: [] });
      await harness.analytics.writeRiskScores([bare]);
      expect(await harness.analytics.latestRiskScore(region, patient)).toEqual(bare);
    });

    it('keeps regional statistics by hour, oldest first', async () => {
      await harness.analytics.writeRegionalStatistics([2, 0, 1, 3].map((i) => statistics(i)));
      await harness.analytics.writeRegionalStatistics([
        statistics(2, { highRisk: 0 }),
        statistics(2, { region: freshName('region') }),
      ]);
      expect(await harness.analytics.regionalStatistics(region, hour(1), hour(3))).toEqual([
        statistics(1),
        statistics(2, { highRisk: 0 }),
      ]);
      expect(await harness.analytics.regionalStatistics(freshName('region'), hour(0), hour(9))).toEqual([]);
    });

    it('is durable once resolved', async () => {
      await Promise.all([
        harness.analytics.writeTrends([trend(0)]),
        harness.analytics.writeRiskScores([score(0)]),
        harness.analytics.writeRegionalStatistics([statistics(0)]),
      ]);
      await harness.reopen();
      expect(await harness.analytics.trends(patient, 'heartbeat', hour(0), hour(1))).toEqual([trend(0)]);
      expect(await harness.analytics.latestRiskScore(region, patient)).toEqual(score(0));
      expect(await harness.analytics.regionalStatistics(region, hour(0), hour(1))).toEqual([statistics(0)]);
    });

    it('answers a ping, closes more than once, and fails afterwards', async () => {
      await harness.analytics.ping();
      await harness.analytics.close();
      await harness.analytics.close();
      await expect(harness.analytics.writeTrends([trend(0)])).rejects.toThrow();
    });
  });
}
