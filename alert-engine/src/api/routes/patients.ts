import type { AlarmSettings, LimitTier } from '@vitalwire/core/alarms/settings.ts';
import { VITALS, forEachVital } from '@vitalwire/core/vitals/vital.ts';
import { z } from 'zod';
import { groupByPatient } from '../../hub/join.ts';
import { patientDocument, patientSchema } from '../../live/patient-document.ts';
import { identityOf, regionOfPatient, regionsFor } from '../access.ts';
import { PROBLEMS, after, id, next, pageSize, type ApiDeps, type ApiServer } from '../deps.ts';

const tiers = z.array(
  z.object({ priority: z.enum(['low', 'medium', 'high', 'critical']), limit: z.number() }),
);
const limitsSchema = z.record(z.enum(VITALS), z.object({ low: tiers, high: tiers }));

const onePatientSchema = patientSchema.extend({
  primary_doctor: z.string().nullable(),
  risk_level: z.string().nullable(),
  limits: limitsSchema.describe('mildest first; crossed strictly below `low` or above `high`'),
  settings_version: z.string(),
});

export function patientRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/patients',
    {
      schema: {
        summary: 'Patients with their newest vitals and open alerts, by id',
        tags: ['patients'],
        querystring: z.object({ region: id.optional(), limit: pageSize(200, 1_000), after }),
        response: { 200: z.object({ items: z.array(patientSchema), next }), ...PROBLEMS },
      },
    },
    async (request) => {
      const { region, limit, after } = request.query;
      const regions = regionsFor(identityOf(request), region, deps.regions);
      const { alerts } = await deps.alerts.snapshot(regions);
      const byPatient = groupByPatient(alerts);
      const ids = [...new Set([...deps.view.patientsOf(new Set(regions)), ...byPatient.keys()])]
        .sort()
        .filter((patientId) => after === undefined || patientId > after);
      const page = ids.slice(0, limit);
      return {
        items: page.map((patientId) => {
          const own = byPatient.get(patientId) ?? [];
          return patientDocument(deps.view.facts(patientId, own[0]?.region ?? ''), own);
        }),
        next: ids.length > page.length ? (page.at(-1) ?? null) : null,
      };
    },
  );

  app.get(
    '/patients/:id',
    {
      schema: {
        summary: 'A patient, with the limits that apply to her',
        tags: ['patients'],
        params: z.object({ id }),
        response: { 200: onePatientSchema, ...PROBLEMS },
      },
    },
    async (request) => {
      const patientId = request.params.id;
      const region = await regionOfPatient(identityOf(request), patientId, deps);
      const facts = deps.view.facts(patientId, region);
      const patient = facts.patient ?? (await deps.directory.get(patientId));
      const own = groupByPatient(await deps.alerts.open(region, patientId)).get(patientId) ?? [];
      return {
        ...patientDocument({ ...facts, patient }, own),
        primary_doctor: patient?.primaryDoctor ?? null,
        risk_level: patient?.riskLevel ?? null,
        limits: limitsDocument(deps.alarmSettings),
        settings_version: deps.alarmSettings.version,
      };
    },
  );
}

function limitsDocument(settings: AlarmSettings): z.infer<typeof limitsSchema> {
  const shown = (tiers: readonly LimitTier[]) => tiers.map(({ priority, limit }) => ({ priority, limit }));
  return forEachVital((vital) => ({
    low: shown(settings.limits[vital].low),
    high: shown(settings.limits[vital].high),
  }));
}
