import { RETENTION_MS, TIER_MS } from '@vitalwire/core/ports/time-series.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { identityOf, regionOfPatient } from '../api/access.ts';
import { id, pageSize, type ApiDeps, type ApiServer } from '../api/deps.ts';
import { ProblemError } from '../api/problem.ts';
import { nextPosition, positionOf, type SeriesPosition } from '../api/series-page.ts';
import { capabilityStatement } from './capability.ts';
import { ofRaw, ofScore, ofWindow, type Kind, type Resource } from './observation.ts';
import { FHIR_JSON, answerWithOutcomes } from './outcome.ts';
import { datesOf, kindsOf } from './search.ts';

const HOUR_MS = 3_600_000;
const SPAN_MAX_MS = 400 * 24 * HOUR_MS;
/** Up to this, every reading; beyond, or before the readings that are kept, means of five minutes or an hour. */
const RAW_SPAN_MS = 4 * HOUR_MS;
const FIVE_MINUTES_SPAN_MS = 8 * 24 * HOUR_MS;

const query = z.object({
  patient: z.string().min(1).max(140).describe('id, or Patient/id'),
  code: z.string().max(1_000).optional(),
  date: z.union([z.string().max(40), z.array(z.string().max(40)).max(4)]).optional(),
  _count: pageSize(100, 1_000),
  after: z.string().min(1).max(1_024).optional(),
});

/** HL7 FHIR R4, read only: vital signs and scores as Observations. Behind the same token as the API. */
export function fhirRoutes(app: ApiServer, deps: ApiDeps): void {
  answerWithOutcomes(app, deps.logger);
  const answer = (reply: FastifyReply, resource: unknown): FastifyReply =>
    reply
      .type(FHIR_JSON)
      .serializer((body: unknown) => JSON.stringify(body))
      .send(resource);

  app.get('/metadata', { schema: { hide: true } }, (_request, reply) =>
    answer(reply, capabilityStatement(deps.clock.now())),
  );

  app.get('/Observation', { schema: { hide: true, querystring: query } }, async (request, reply) => {
    const { patient, code, date, _count, after } = request.query;
    const patientId = id.parse(patient.replace(/^Patient\//, ''));
    const region = await regionOfPatient(identityOf(request), patientId, deps);
    const range = rangeOf(deps.clock.now(), date);
    const position = after === undefined ? { fromMs: range.fromMs, skip: 0 } : positionOf(after);
    const found = await page(deps, { ...range, region, patientId, kinds: kindsOf(code) }, position, _count);
    return answer(reply, bundle(request, found));
  });
}

interface Search {
  readonly region: string;
  readonly patientId: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly kinds: ReadonlySet<Kind>;
}

interface Found {
  readonly resources: readonly Resource[];
  readonly next: string | null;
}

/** @throws ProblemError 400 */
function rangeOf(
  nowMs: number,
  date: string | readonly string[] | undefined,
): { fromMs: number; toMs: number } {
  const dates = datesOf(date === undefined ? [] : typeof date === 'string' ? [date] : date);
  const toMs = Math.min(dates.toMs ?? nowMs + 1, nowMs + 1);
  const fromMs = dates.fromMs ?? toMs - HOUR_MS;
  if (toMs - fromMs > SPAN_MAX_MS) throw new ProblemError(400, 'date: at most 400 days at a time');
  return { fromMs, toMs: Math.max(toMs, fromMs) };
}

interface Timed {
  readonly atMs: number;
  readonly resources: readonly Resource[];
}

/** `count` moments a page, oldest first: each moment's Observations stay together. */
async function page(deps: ApiDeps, search: Search, position: SeriesPosition, count: number): Promise<Found> {
  if (search.kinds.size === 0 || position.fromMs >= search.toMs) return { resources: [], next: null };
  const limit = position.skip + count + 1;
  const [measured, scores] = await Promise.all([
    measuredFrom(deps, search, position.fromMs, limit),
    scoresFrom(deps, search, position.fromMs),
  ]);
  const timed = [...measured, ...scores].toSorted((a, b) => a.atMs - b.atMs).slice(position.skip);
  const shown = timed.slice(0, count);
  return {
    resources: shown.flatMap(({ resources }) => resources),
    next:
      timed.length > count
        ? nextPosition(
            shown.map(({ atMs }) => atMs),
            position,
          )
        : null,
  };
}

async function measuredFrom(deps: ApiDeps, search: Search, fromMs: number, limit: number): Promise<Timed[]> {
  const { patientId, toMs, kinds } = search;
  const range = { patientId, fromMs, toMs, limit };
  // By the whole span, not the page's, so that every page of a search is of one resolution.
  const spanMs = toMs - search.fromMs;
  const ageMs = deps.clock.now() - search.fromMs;
  if (spanMs <= RAW_SPAN_MS && ageMs <= RETENTION_MS.raw) {
    const points = await deps.timeSeries.raw(range);
    return points.map((point) => ({ atMs: point.atMs, resources: ofRaw(point, kinds) }));
  }
  const tier = spanMs <= FIVE_MINUTES_SPAN_MS && ageMs <= RETENTION_MS['5m'] ? '5m' : '1h';
  const windows = await deps.timeSeries.windows(tier, range);
  return windows.map((window) => ({
    atMs: window.startMs,
    resources: ofWindow(window, TIER_MS[tier], kinds),
  }));
}

/** Scores change seldom; the newest of the time asked for are far fewer than this. */
const SCORES_MAX = 10_000;

async function scoresFrom(deps: ApiDeps, search: Search, fromMs: number): Promise<Timed[]> {
  if (!search.kinds.has('early_warning_score')) return [];
  const { region, patientId, toMs } = search;
  const scores = await deps.analytics.riskScores(region, patientId, fromMs, toMs, SCORES_MAX);
  return scores.map((score) => ({ atMs: score.atMs, resources: [ofScore(score)] }));
}

function bundle(request: FastifyRequest, { resources, next }: Found): Readonly<Record<string, unknown>> {
  const base = `${request.protocol}://${request.host}`;
  const self = `${base}${request.url}`;
  const further = new URL(self);
  if (next !== null) further.searchParams.set('after', next);
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    link: [
      { relation: 'self', url: self },
      ...(next === null ? [] : [{ relation: 'next', url: further.toString() }]),
    ],
    // FHIR has no empty lists.
    ...(resources.length === 0
      ? { total: 0 }
      : {
          entry: resources.map((resource) => ({
            fullUrl: `${base}/fhir/Observation/${resource.id}`,
            resource,
            search: { mode: 'match' },
          })),
        }),
  };
}
