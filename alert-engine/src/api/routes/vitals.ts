import { RETENTION_MS, type RawPoint, type WindowPoint } from '@vitalwire/core/ports/time-series.ts';
import { toIso } from '@vitalwire/core/runtime/iso-time.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { z } from 'zod';
import { identityOf, regionOfPatient } from '../access.ts';
import { PROBLEMS, after, id, moment, next, pageSize, type ApiDeps, type ApiServer } from '../deps.ts';
import { pageFrom, pointsToRead, positionOf, type SeriesPosition } from '../series-page.ts';
import { timeRange, type TimeRange } from '../time-range.ts';

const RESOLUTIONS = ['raw', '5m', '1h'] as const;
type Resolution = (typeof RESOLUTIONS)[number];

const HOUR_MS = 3_600_000;
/** `auto`: every reading of a shift's half, five-minute means of a week, hours beyond. */
const RAW_SPAN_MS = 4 * HOUR_MS;
const FIVE_MINUTES_SPAN_MS = 8 * 24 * HOUR_MS;
const POINTS_MAX = 20_000;

const pointSchema = z
  .object({ at: z.iso.datetime(), device_id: z.string().optional() })
  .catchall(z.union([z.number(), z.string(), z.record(z.string(), z.string())]))
  .describe(
    'raw: device_id and the vitals measured, `validity` of those not plainly valid, `mode` unless real, `received_at` of what came a minute or more after it was measured; ' +
      'a tier: <vital> (mean), <vital>_min, <vital>_max, <vital>_count of the window that starts at `at`',
  );
type PointDocument = z.infer<typeof pointSchema>;

export function vitalsRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/patients/:id/vitals',
    {
      schema: {
        summary: 'Vitals over time, oldest first',
        description:
          'from <= at < to; the last hour by default. `auto` takes raw readings for spans up to 4 h, 5-minute windows up to 8 days, hours beyond, and never a tier that no longer reaches back to `from`.',
        tags: ['patients'],
        params: z.object({ id }),
        querystring: z.object({
          from: moment.optional(),
          to: moment.optional(),
          resolution: z.enum([...RESOLUTIONS, 'auto']).default('auto'),
          limit: pageSize(POINTS_MAX, POINTS_MAX),
          after,
        }),
        response: {
          200: z.object({
            patient_id: z.string(),
            resolution: z.enum(RESOLUTIONS),
            points: z.array(pointSchema),
            next,
          }),
          ...PROBLEMS,
        },
      },
    },
    async (request, reply) => {
      const patientId = request.params.id;
      const { resolution: asked, limit, after } = request.query;
      await regionOfPatient(identityOf(request), patientId, deps);
      const nowMs = deps.clock.now();
      const range = timeRange(request.query, { nowMs, spanMs: HOUR_MS, spanMaxMs: 400 * 24 * HOUR_MS });
      const resolution = asked === 'auto' ? fitting(range, nowMs) : asked;
      const position = after === undefined ? { fromMs: range.fromMs, skip: 0 } : positionOf(after);
      const page = await readPage(deps, resolution, patientId, position, range.toMs, limit);
      // Thousands of points: checking each against the schema would hold up the alerts behind it.
      void reply.type('application/json; charset=utf-8').serializer((body: unknown) => JSON.stringify(body));
      return { patient_id: patientId, resolution, ...page };
    },
  );
}

/** The finest that is not too fine for the span and still reaches back. */
function fitting({ fromMs, toMs }: TimeRange, nowMs: number): Resolution {
  const reachesBack = (resolution: Resolution): boolean => nowMs - fromMs <= RETENTION_MS[resolution];
  if (toMs - fromMs <= RAW_SPAN_MS && reachesBack('raw')) return 'raw';
  return toMs - fromMs <= FIVE_MINUTES_SPAN_MS && reachesBack('5m') ? '5m' : '1h';
}

async function readPage(
  deps: ApiDeps,
  resolution: Resolution,
  patientId: string,
  position: SeriesPosition,
  toMs: number,
  limit: number,
): Promise<{ points: PointDocument[]; next: string | null }> {
  const range = { patientId, fromMs: position.fromMs, toMs, limit: pointsToRead(position, limit) };
  if (resolution === 'raw') {
    const read = await deps.timeSeries.raw(range);
    const { points, next } = pageFrom(read, position, limit, ({ atMs }) => atMs);
    return { points: points.map(rawDocument), next };
  }
  const read = await deps.timeSeries.windows(resolution, range);
  const { points, next } = pageFrom(read, position, limit, ({ startMs }) => startMs);
  return { points: points.map(windowDocument), next };
}

function rawDocument(point: RawPoint): PointDocument {
  const document: PointDocument = { at: toIso(point.atMs), device_id: point.deviceId };
  for (const vital of VITALS) {
    const value = point.vitals[vital];
    if (value !== undefined) document[vital] = value;
  }
  if (Object.keys(point.validity).length > 0) document['validity'] = { ...point.validity };
  if (point.mode !== 'real') document['mode'] = point.mode;
  if (point.receivedAtMs !== undefined) document['received_at'] = toIso(point.receivedAtMs);
  return document;
}

function windowDocument(window: WindowPoint): PointDocument {
  const document: PointDocument = { at: toIso(window.startMs) };
  for (const vital of VITALS) {
    const statistics = window.vitals[vital];
    if (!statistics) continue;
    document[vital] = statistics.mean;
    document[`${vital}_min`] = statistics.min;
    document[`${vital}_max`] = statistics.max;
    document[`${vital}_count`] = statistics.count;
  }
  return document;
}
