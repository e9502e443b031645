import { PROFILES, profileOf } from '@vitalwire/core/alarms/profile.ts';
import { toIso } from '@vitalwire/core/runtime/iso-time.ts';
import { z } from 'zod';
import { groupByPatient } from '../../hub/join.ts';
import { patientDocument, patientSchema } from '../../live/patient-document.ts';
import { identityOf, regionOfPatient, regionsFor } from '../access.ts';
import { limitsDocument, limitsSchema } from '../limits-document.ts';
import { PROBLEMS, after, id, next, pageSize, type ApiDeps, type ApiServer } from '../deps.ts';

const onePatientSchema = patientSchema.extend({
  primary_doctor: z.string().nullable(),
  risk_level: z.string().nullable(),
  state: z.enum(['admitted', 'discharged']),
  profile: z.enum(PROFILES).describe('whose limits apply where none are set for the patient'),
  limits: limitsSchema,
  limits_revision: z.int().describe('how often limits were set for the patient'),
  oxygen_scale: z.literal([1, 2]),
  pregnant: z.boolean().nullable(),
  supplemental_oxygen: z.boolean().nullable().describe('null: never charted'),
  supplemental_oxygen_at: z.iso.datetime().nullable(),
  consciousness: z.string().nullable().describe('null: never charted'),
  consciousness_at: z.iso.datetime().nullable(),
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
        state: patient?.state ?? ('admitted' as const),
        profile: patient ? profileOf(patient) : ('adult' as const),
        limits: limitsDocument(deps.alarmSettings.current(), patient),
        limits_revision: patient?.limitsRevision ?? 0,
        oxygen_scale: patient?.oxygenScale ?? (1 as const),
        pregnant: patient?.pregnant ?? null,
        supplemental_oxygen: patient?.supplementalOxygen?.value ?? null,
        supplemental_oxygen_at: isoOrNull(patient?.supplementalOxygen?.atMs),
        consciousness: patient?.consciousness?.value ?? null,
        consciousness_at: isoOrNull(patient?.consciousness?.atMs),
        settings_version: deps.alarmSettings.current().version,
      };
    },
  );
}

const isoOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : toIso(ms));
