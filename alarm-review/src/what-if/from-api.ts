import type { PatientProfile } from '@vitalwire/core/alarms/profile.ts';
import type { LimitOverrides } from '@vitalwire/core/alarms/patient-limits.ts';
import type { AlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { PROFILES } from '@vitalwire/core/alarms/profile.ts';
import { fromIso, toIso } from '@vitalwire/core/runtime/iso-time.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import { VITALS, noVitals } from '@vitalwire/core/vitals/vital.ts';
import { z } from 'zod';
import { UnknownPatientError, type Sample, type Stay, type StaySource } from './stay.ts';

export interface ApiQuery {
  readonly url: string;
  readonly token: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly region: string | undefined;
  readonly patientId: string | undefined;
  /** What the patients were judged by: a limit that is not its own was set for the patient. */
  readonly against: AlarmSettings;
}

const ANSWER_MS = 60_000;

/** The running Vitalwire did not answer, or not with what was asked for. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
}

const tiers = z.array(z.object({ limit: z.number() }));
const patientSchema = z.object({
  region: z.string(),
  profile: z.enum(PROFILES),
  limits_revision: z.int(),
  limits: z.record(z.string(), z.object({ low: tiers, high: tiers })),
  oxygen_scale: z.union([z.literal(1), z.literal(2)]),
  pregnant: z.boolean().nullable(),
});
const patientsSchema = z.object({
  items: z.array(z.object({ patient_id: z.string(), region: z.string() })),
  next: z.string().nullable(),
});
const vitalsSchema = z.object({
  points: z.array(z.record(z.string(), z.unknown())),
  next: z.string().nullable(),
});

/** The raw tier of a running Vitalwire, by its API and within the regions of the token. @throws ApiError, UnknownPatientError */
export async function fromApi(query: ApiQuery): Promise<StaySource> {
  const { patientId, url } = query;
  const ids = patientId === undefined ? await patientsOf(query) : [patientId];
  // Found before anything is replayed.
  if (patientId !== undefined && (await get(query, pathOf(patientId), {})) === undefined) {
    throw new UnknownPatientError(patientId, url);
  }
  const { fromMs, toMs } = query;
  return { total: ids.length, range: { fromMs, toMs }, stays: staysOf(query, ids) };
}

async function patientsOf(query: ApiQuery): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = ''; after !== null;) {
    const page: z.infer<typeof patientsSchema> = patientsSchema.parse(
      await get(query, '/api/patients', { region: query.region, after: after || undefined }),
    );
    ids.push(...page.items.map(({ patient_id }) => patient_id));
    after = page.next;
  }
  return ids;
}

const pathOf = (patientId: string): string => `/api/patients/${encodeURIComponent(patientId)}`;

async function* staysOf(query: ApiQuery, ids: readonly string[]): AsyncGenerator<Stay> {
  for (const id of ids) {
    const path = pathOf(id);
    const patient = patientSchema.parse(await get(query, path, {}));
    const samples: Sample[] = [];
    const [from, to] = [toIso(query.fromMs), toIso(query.toMs)];
    for (let after: string | null = ''; after !== null;) {
      const page: z.infer<typeof vitalsSchema> = vitalsSchema.parse(
        await get(query, `${path}/vitals`, { from, to, resolution: 'raw', after: after || undefined }),
      );
      for (const point of page.points) samples.push(sampleOf(point));
      after = page.next;
    }
    const { region, profile, oxygen_scale: oxygenScale, pregnant } = patient;
    const limits = patient.limits_revision === 0 ? {} : ownLimits(query.against, profile, patient.limits);
    const known = { id, name: id, age: undefined, ward: '', bed: '', primaryDoctor: '', riskLevel: '' };
    yield {
      patient: { ...known, region, profile, oxygenScale, pregnant: pregnant ?? undefined, limits },
      samples,
    };
  }
}

/** The API tells the limits in force; those that are not the profile's own were set for the patient. */
function ownLimits(
  settings: AlarmSettings,
  profile: PatientProfile,
  limits: z.infer<typeof patientSchema>['limits'],
): LimitOverrides {
  const own: Record<string, { low?: number; high?: number }> = {};
  for (const vital of VITALS) {
    for (const side of ['low', 'high'] as const) {
      const limit = limits[vital]?.[side][0]?.limit;
      if (limit === undefined || limit === settings.profiles[profile][vital][side][0]?.limit) continue;
      own[vital] = { ...own[vital], [side]: limit };
    }
  }
  return own;
}

function sampleOf(point: Readonly<Record<string, unknown>>): Sample {
  const vitals = noVitals();
  for (const vital of VITALS) {
    const value = point[vital];
    if (typeof value === 'number') vitals[vital] = value;
  }
  return {
    atMs: fromIso(String(point['at'])),
    deviceId: String(point['device_id']),
    vitals,
    validity: point['validity'] ?? {},
    mode: (point['mode'] ?? 'real') as Sample['mode'],
  };
}

/** Undefined where the API knows nothing of that name. @throws ApiError */
async function get(
  { url, token }: ApiQuery,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
): Promise<unknown> {
  const asked = new URL(path, url);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) asked.searchParams.set(name, value);
  }
  const response = await fetch(asked, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(ANSWER_MS),
  }).catch((error: unknown) => {
    throw new ApiError(`${url} does not answer: ${messageOf(error)}`);
  });
  if (response.status === 404) return undefined;
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const { detail = '' } = (body ?? {}) as { detail?: string };
    throw new ApiError(`${asked.pathname}: ${response.status} ${detail}`);
  }
  return body;
}
