import { PROFILES } from '@vitalwire/core/alarms/profile.ts';
import type { StaffIdentity } from '@vitalwire/core/identity/token.ts';
import type { Patient } from '@vitalwire/core/ports/patient-directory.ts';
import { toIso } from '@vitalwire/core/runtime/iso-time.ts';
import { z } from 'zod';
import { closeAlerts } from '../../patients/close-alerts.ts';
import { identityOf, regionOfPatient, regionsFor, requireNurse } from '../access.ts';
import { PROBLEMS, id, next, pageSize, type ApiDeps, type ApiServer } from '../deps.ts';
import { ProblemError } from '../problem.ts';
import { known } from './care.ts';

const name = z.string().min(1).max(128);
const admitBody = z.strictObject({
  patient_id: id,
  name,
  age: z.number().min(0).max(130).nullish().describe('years, of infants a fraction'),
  region: name,
  ward: name,
  bed: name,
  device_id: id.nullish(),
  primary_doctor: z.string().max(128).default(''),
  risk_level: z.string().max(64).default(''),
  profile: z.enum(PROFILES).nullish(),
});
const transferBody = z.strictObject({
  region: name.optional(),
  ward: name.optional(),
  bed: name.optional(),
  device_id: id.nullish().describe('null: whichever device sends in her name'),
});
const dischargeSchema = z.object({
  patient_id: z.string(),
  name: z.string(),
  age: z.number().nullable(),
  region: z.string(),
  ward: z.string(),
  bed: z.string(),
  discharged_at: z.iso.datetime().nullable().describe('null where the hospital does not say'),
});
const placeSchema = z.object({
  patient_id: z.string(),
  region: z.string(),
  ward: z.string(),
  bed: z.string(),
  device_id: z.string().nullable(),
  state: z.enum(['admitted', 'discharged']),
});

export function admissionRoutes(app: ApiServer, deps: ApiDeps): void {
  app.post(
    '/patients',
    {
      schema: {
        summary: 'Admits a patient',
        description:
          'Again after a discharge too; one who is admitted already is a 409: transfer her. Not for viewers.',
        tags: ['patients'],
        body: admitBody,
        response: { 201: placeSchema, ...PROBLEMS, 409: PROBLEMS[400] },
      },
    },
    async (request, reply) => {
      const identity = identityOf(request);
      requireNurse(identity);
      const { patient_id, device_id, age, primary_doctor, risk_level, profile, ...place } = request.body;
      requireRegion(deps, identity, place.region);
      await requireFree(deps, patient_id, device_id);
      const patient = await deps.patientChanges.apply(identity, 'admitted', patient_id, (before) => {
        if (before && before.state !== 'discharged') {
          throw new ProblemError(409, 'the patient is admitted already: transfer her');
        }
        return {
          id: patient_id,
          ...place,
          age: age ?? undefined,
          primaryDoctor: primary_doctor,
          riskLevel: risk_level,
          state: 'admitted',
          // What was charted or set in an earlier stay does not hold in this one.
          limitsRevision: (before?.limitsRevision ?? 0) + 1,
          ...(profile ? { profile } : {}),
          ...(device_id ? { deviceId: device_id } : {}),
        };
      });
      return reply.code(201).send(placeDocument(patient));
    },
  );

  app.post(
    '/patients/:id/transfer',
    {
      schema: {
        summary: 'Moves a patient to another region, ward, bed or device',
        description:
          'What is left out stays. Open alerts go to no other region: those of a region she leaves are resolved ("transferred"), and what is still so is raised where she is. Not for viewers.',
        tags: ['patients'],
        params: z.object({ id }),
        body: transferBody,
        response: { 200: placeSchema, ...PROBLEMS, 409: PROBLEMS[400] },
      },
    },
    async (request) => {
      const identity = identityOf(request);
      const patientId = request.params.id;
      const left = await regionOfPatient(identity, patientId, deps);
      requireNurse(identity);
      const { device_id, ...place } = request.body;
      if (place.region !== undefined) requireRegion(deps, identity, place.region);
      await requireFree(deps, patientId, device_id);
      const patient = await deps.patientChanges.apply(identity, 'transferred', patientId, (found) => {
        const { deviceId, ...before } = admitted(known(found));
        const device = device_id === undefined ? deviceId : (device_id ?? undefined);
        return {
          ...before,
          region: place.region ?? before.region,
          ward: place.ward ?? before.ward,
          bed: place.bed ?? before.bed,
          ...(device === undefined ? {} : { deviceId: device }),
        };
      });
      if (patient.region !== left) await closeAlerts(deps, left, patientId, identity.name, 'transferred');
      return placeDocument(patient);
    },
  );

  app.post(
    '/patients/:id/discharge',
    {
      schema: {
        summary: 'Discharges a patient',
        description:
          'Her open alerts are resolved ("discharged"), and she is judged no more. Idempotent. Not for viewers.',
        tags: ['patients'],
        params: z.object({ id }),
        response: { 200: placeSchema, ...PROBLEMS, 409: PROBLEMS[400] },
      },
    },
    async (request) => {
      const identity = identityOf(request);
      const patientId = request.params.id;
      const region = await regionOfPatient(identity, patientId, deps);
      requireNurse(identity);
      const patient = await deps.patientChanges.apply(identity, 'discharged', patientId, (found) => {
        const { deviceId: _freed, ...before } = known(found);
        const dischargedAtMs = before.state === 'discharged' ? before.dischargedAtMs : deps.clock.now();
        return { ...before, state: 'discharged', dischargedAtMs };
      });
      await closeAlerts(deps, region, patientId, identity.name, 'discharged');
      return placeDocument(patient);
    },
  );

  app.get(
    '/discharges',
    {
      schema: {
        summary: 'Who was discharged and not admitted since, the last first',
        tags: ['patients'],
        querystring: z.object({ region: id.optional(), limit: pageSize(100, 1_000) }),
        response: { 200: z.object({ items: z.array(dischargeSchema), next }), ...PROBLEMS },
      },
    },
    async (request) => {
      const { region, limit } = request.query;
      const regions = regionsFor(identityOf(request), region, deps.regions);
      const patients = await deps.directory.list(regions);
      const discharged = patients
        .filter(({ state }) => state === 'discharged')
        .sort((a, b) => (b.dischargedAtMs ?? 0) - (a.dischargedAtMs ?? 0));
      return { items: discharged.slice(0, limit).map(dischargeDocument), next: null };
    },
  );
}

function admitted(patient: Patient): Patient {
  if (patient.state === 'discharged')
    throw new ProblemError(409, 'the patient is discharged: admit her first');
  return patient;
}

/** @throws ProblemError 403 */
function requireRegion(deps: ApiDeps, identity: StaffIdentity, region: string): void {
  regionsFor(identity, region, deps.regions);
}

/** A device that is assigned to another patient would send in both names. @throws ProblemError 409 */
async function requireFree(
  deps: ApiDeps,
  patientId: string,
  deviceId: string | null | undefined,
): Promise<void> {
  if (deviceId === undefined || deviceId === null) return;
  const patients = await deps.directory.list(deps.regions);
  const holder = patients.find(
    (patient) => patient.deviceId === deviceId && patient.id !== patientId && patient.state !== 'discharged',
  );
  if (holder) {
    throw new ProblemError(
      409,
      `the device ${deviceId} is assigned to another patient: move or discharge her first`,
    );
  }
}

const dischargeDocument = (patient: Patient): z.infer<typeof dischargeSchema> => ({
  patient_id: patient.id,
  name: patient.name,
  age: patient.age ?? null,
  region: patient.region,
  ward: patient.ward,
  bed: patient.bed,
  discharged_at: patient.dischargedAtMs === undefined ? null : toIso(patient.dischargedAtMs),
});

const placeDocument = (patient: Patient): z.infer<typeof placeSchema> => ({
  patient_id: patient.id,
  region: patient.region,
  ward: patient.ward,
  bed: patient.bed,
  device_id: patient.deviceId ?? null,
  state: patient.state ?? 'admitted',
});
