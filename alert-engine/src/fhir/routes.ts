import { toIso } from '@vitalwire/core/runtime/iso-time.ts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { identityOf, regionOfPatient } from '../api/access.ts';
import { id, pageSize, type ApiDeps, type ApiServer } from '../api/deps.ts';
import { ProblemError } from '../api/problem.ts';
import { capabilityStatement } from './capability.ts';
import { momentsOf } from './moments.ts';
import { FHIR_JSON, answerWithOutcomes } from './outcome.ts';
import { pageOf, positionOf, type Page } from './pages.ts';
import { datesOf, kindsOf } from './search.ts';

const HOUR_MS = 3_600_000;
const SPAN_MAX_MS = 400 * 24 * HOUR_MS;

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
    const search = { ...range, region, patientId, kinds: kindsOf(code) };
    const position = after === undefined ? undefined : positionOf(after);
    const fromMs = Math.max(position?.atMs ?? range.fromMs, range.fromMs);
    const moments = momentsOf(deps, search, fromMs, deps.clock.now());
    return answer(reply, bundle(request, await pageOf(moments, position, _count), range));
  });
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

function bundle(
  request: FastifyRequest,
  { resources, next }: Page,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Readonly<Record<string, unknown>> {
  const base = `${request.protocol}://${request.host}`;
  const self = `${base}${request.url}`;
  const further = new URL(self);
  if (next !== null) further.searchParams.set('after', next);
  // The last hour, while somebody turns pages, is the one it was at the first.
  if (!further.searchParams.has('date')) {
    for (const date of [`ge${toIso(fromMs)}`, `lt${toIso(toMs)}`]) further.searchParams.append('date', date);
  }
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
