import { z } from 'zod';
import { Burden, burdenSchema } from '../../burden/burden.ts';
import { trailBetween } from '../../burden/trail.ts';
import { identityOf, regionsFor } from '../access.ts';
import { PROBLEMS, id, moment, type ApiDeps, type ApiServer } from '../deps.ts';
import { timeRange } from '../time-range.ts';

const DAY_MS = 86_400_000;
/** Alarms that are acknowledged or resolved after the time reported on still belong to it. */
const AFTERMATH_MS = DAY_MS;

export function reportRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/reports/alarm-burden',
    {
      schema: {
        summary: 'What the alarms asked of the ward',
        description:
          'Of the alarms raised from <= moment < to, the last 7 days by default and 92 at most, from the audit trail. Test and demonstration are left out.',
        tags: ['reports'],
        querystring: z.object({ region: id.optional(), from: moment.optional(), to: moment.optional() }),
        response: { 200: burdenSchema, ...PROBLEMS },
      },
    },
    async (request) => {
      const { region, from, to } = request.query;
      const regions = regionsFor(identityOf(request), region, deps.regions);
      const nowMs = deps.clock.now();
      const range = timeRange({ from, to }, { nowMs, spanMs: 7 * DAY_MS, spanMaxMs: 92 * DAY_MS });
      const burden = new Burden({ ...range, regions: new Set(regions) });
      for await (const event of trailBetween(deps.log, range.fromMs, range.toMs + AFTERMATH_MS))
        burden.add(event);
      const patients = await deps.directory.list(regions);
      return burden.report(
        new Map(
          patients
            .filter(({ state }) => state !== 'discharged')
            .map(({ id: patientId, bed }) => [patientId, bed]),
        ),
      );
    },
  );
}
