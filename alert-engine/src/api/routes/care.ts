import { overrideProblems, type LimitOverrides } from '@vitalwire/core/alarms/patient-limits.ts';
import { profileOf } from '@vitalwire/core/alarms/profile.ts';
import type { Patient } from '@vitalwire/core/ports/patient-directory.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { z } from 'zod';
import { identityOf, regionOfPatient, requireNurse } from '../access.ts';
import { PROBLEMS, id, type ApiDeps, type ApiServer } from '../deps.ts';
import { limitsDocument, limitsSchema } from '../limits-document.ts';
import { ProblemError } from '../problem.ts';

const sideBody = z
  .union([
    z.number(),
    z.null(),
    z.array(z.object({ priority: z.enum(['low', 'medium', 'high', 'critical']), limit: z.number() })).max(4),
  ])
  .describe(
    "the mildest limit; null: the profile's own again; or tiers as GET shows them, of which the first counts",
  );
const limitsBody = z.partialRecord(
  z.enum(VITALS),
  z.strictObject({ low: sideBody.optional(), high: sideBody.optional() }),
);
const chartBody = z.strictObject({
  oxygen_scale: z.literal([1, 2]).optional().describe('2 is a recorded clinical decision'),
  supplemental_oxygen: z.boolean().optional(),
  consciousness: z.enum(['alert', 'new_confusion', 'voice', 'pain', 'unresponsive']).optional(),
  pregnant: z.boolean().optional(),
});

/** @throws ProblemError 409 where the directory does not know the patient. */
export function known(patient: Patient | undefined): Patient {
  if (!patient) throw new ProblemError(409, 'the directory does not know the patient: admit her first');
  return patient;
}

export function careRoutes(app: ApiServer, deps: ApiDeps): void {
  app.put(
    '/patients/:id/limits',
    {
      schema: {
        summary: "Sets a patient's own limits",
        description:
          'Within the bounds that the deployment allows (422 otherwise); vitals and sides left out stay as they are. Answers the limits that now apply. Not for viewers.',
        tags: ['patients'],
        params: z.object({ id }),
        body: limitsBody,
        response: {
          200: z.object({ limits: limitsSchema }),
          ...PROBLEMS,
          409: PROBLEMS[400],
          422: PROBLEMS[400],
        },
      },
    },
    async (request) => {
      const identity = identityOf(request);
      const patientId = request.params.id;
      await regionOfPatient(identity, patientId, deps);
      requireNurse(identity);
      const after = await deps.patientChanges.apply(identity, 'limits_set', patientId, (found) => {
        const patient = known(found);
        const limits = merged(patient.limits ?? {}, request.body);
        const problems = overrideProblems(deps.alarmSettings.current(), profileOf(patient), limits);
        if (problems.length > 0) throw new ProblemError(422, problems.join('; '));
        return { ...patient, limits, limitsRevision: (patient.limitsRevision ?? 0) + 1 };
      });
      return { limits: limitsDocument(deps.alarmSettings.current(), after) };
    },
  );

  app.put(
    '/patients/:id/chart',
    {
      schema: {
        summary: 'Charts what no monitor measures',
        description: 'Observed now. What is left out stays as it was charted. Not for viewers.',
        tags: ['patients'],
        params: z.object({ id }),
        body: chartBody,
        response: { 200: z.object({}), ...PROBLEMS, 409: PROBLEMS[400] },
      },
    },
    async (request) => {
      const identity = identityOf(request);
      const patientId = request.params.id;
      await regionOfPatient(identity, patientId, deps);
      requireNurse(identity);
      const { oxygen_scale, supplemental_oxygen, consciousness, pregnant } = request.body;
      const atMs = deps.clock.now();
      await deps.patientChanges.apply(identity, 'chart_set', patientId, (found) => ({
        ...known(found),
        ...(oxygen_scale === undefined ? {} : { oxygenScale: oxygen_scale }),
        ...(supplemental_oxygen === undefined
          ? {}
          : { supplementalOxygen: { value: supplemental_oxygen, atMs } }),
        ...(consciousness === undefined ? {} : { consciousness: { value: consciousness, atMs } }),
        ...(pregnant === undefined ? {} : { pregnant }),
      }));
      return {};
    },
  );
}

type Side = z.infer<typeof sideBody> | undefined;

function merged(before: LimitOverrides, body: z.infer<typeof limitsBody>): LimitOverrides {
  const limits: Partial<Record<(typeof VITALS)[number], { low?: number; high?: number }>> = {};
  for (const vital of VITALS) {
    const own = before[vital];
    const asked = body[vital];
    const low = chosen(own?.low, asked?.low);
    const high = chosen(own?.high, asked?.high);
    if (low === undefined && high === undefined) continue;
    limits[vital] = { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) };
  }
  return limits;
}

function chosen(before: number | undefined, asked: Side): number | undefined {
  if (asked === undefined) return before;
  if (asked === null) return undefined;
  return typeof asked === 'number' ? asked : asked[0]?.limit;
}
