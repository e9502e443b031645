import { toIso } from '@vitalwire/core/runtime/iso-time.ts';
import type { RegionalStatistics, RiskScore, VitalTrend } from '@vitalwire/core/ports/analytics.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { z } from 'zod';
import { identityOf, regionOfPatient, regionsFor } from '../access.ts';
import { PROBLEMS, id, moment, next, type ApiDeps, type ApiServer } from '../deps.ts';
import { notFound } from '../problem.ts';
import { timeRange } from '../time-range.ts';

const DAY_MS = 86_400_000;
/** Of the three years' worth of hours that a wrong `from` could ask for, a bit more than a year. */
const SPAN_MAX_MS = 400 * DAY_MS;

const range = z.object({ from: moment.optional(), to: moment.optional() });
const hour = z.iso.datetime().describe('start of the hour');

const trendSchema = z.object({
  vital: z.enum(VITALS),
  hour,
  min_value: z.number(),
  max_value: z.number(),
  avg_value: z.number(),
  std_deviation: z.number(),
  sample_count: z.int(),
});

const riskSchema = z.object({
  patient_id: z.string(),
  region: z.string(),
  timestamp: z.iso.datetime(),
  risk_score: z.int(),
  alert_level: z.enum(['low', 'low-medium', 'medium', 'high']),
  risk_factors: z.record(z.string(), z.number()),
  data_sources: z.array(z.string()),
  partial: z.boolean().describe('a parameter was missing: the score is a lower bound'),
  assumed: z.array(z.string()).describe('parameters never charted and assumed normal'),
});

const statisticsSchema = z.object({
  region: z.string(),
  hour,
  avg_risk_score: z.number(),
  high_risk_count: z.int(),
  medium_risk_count: z.int(),
  low_risk_count: z.int(),
});

export function analyticsRoutes(app: ApiServer, deps: ApiDeps): void {
  const rangeOf = (query: z.infer<typeof range>) =>
    timeRange(query, { nowMs: deps.clock.now(), spanMs: DAY_MS, spanMaxMs: SPAN_MAX_MS });

  app.get(
    '/patients/:id/trends',
    {
      schema: {
        summary: 'Hours of the vitals, oldest first',
        description: 'from <= hour < to; the last 24 h by default.',
        tags: ['patients'],
        params: z.object({ id }),
        querystring: range.extend({ vital: z.enum(VITALS).optional().describe('left out: all of them') }),
        response: { 200: z.object({ items: z.array(trendSchema), next }), ...PROBLEMS },
      },
    },
    async (request) => {
      const { fromMs, toMs } = rangeOf(request.query);
      await regionOfPatient(identityOf(request), request.params.id, deps);
      const { vital } = request.query;
      const trends = await Promise.all(
        (vital === undefined ? VITALS : [vital]).map((one) =>
          deps.analytics.trends(request.params.id, one, fromMs, toMs),
        ),
      );
      const inOrder = trends.flat().sort((a, b) => a.hourMs - b.hourMs);
      return { items: inOrder.map(trendDocument), next: null };
    },
  );

  app.get(
    '/patients/:id/risk',
    {
      schema: {
        summary: 'The newest early-warning score',
        tags: ['patients'],
        params: z.object({ id }),
        response: { 200: riskSchema, ...PROBLEMS },
      },
    },
    async (request) => {
      const region = await regionOfPatient(identityOf(request), request.params.id, deps);
      const score = await deps.analytics.latestRiskScore(region, request.params.id);
      if (!score) throw notFound('score: the patient has not been scored yet');
      return riskDocument(score);
    },
  );

  app.get(
    '/regions/:region/stats',
    {
      schema: {
        summary: 'How many patients of a region stood where, hour by hour, oldest first',
        description: 'from <= hour < to; the last 24 h by default.',
        tags: ['regions'],
        params: z.object({ region: id }),
        querystring: range,
        response: { 200: z.object({ items: z.array(statisticsSchema), next }), ...PROBLEMS },
      },
    },
    async (request) => {
      const { fromMs, toMs } = rangeOf(request.query);
      const [region = ''] = regionsFor(identityOf(request), request.params.region, deps.regions);
      const rows = await deps.analytics.regionalStatistics(region, fromMs, toMs);
      return { items: rows.map(statisticsDocument), next: null };
    },
  );
}

const trendDocument = (trend: VitalTrend): z.infer<typeof trendSchema> => ({
  vital: trend.vital,
  hour: toIso(trend.hourMs),
  min_value: trend.min,
  max_value: trend.max,
  avg_value: trend.mean,
  std_deviation: trend.standardDeviation,
  sample_count: trend.count,
});

const riskDocument = (score: RiskScore): z.infer<typeof riskSchema> => ({
  patient_id: score.patientId,
  region: score.region,
  timestamp: toIso(score.atMs),
  risk_score: score.score,
  alert_level: score.alertLevel,
  risk_factors: { ...score.factors },
  data_sources: [...score.sources],
  partial: score.partial,
  assumed: [...score.assumed],
});

const statisticsDocument = (row: RegionalStatistics): z.infer<typeof statisticsSchema> => ({
  region: row.region,
  hour: toIso(row.hourMs),
  avg_risk_score: row.averageRiskScore,
  high_risk_count: row.highRisk,
  medium_risk_count: row.mediumRisk,
  low_risk_count: row.lowRisk,
});
