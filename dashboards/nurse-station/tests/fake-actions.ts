/** What a nurse may do at the fake engine beside acknowledging, each as the real one answers it. */
import type { Limits } from '../src/feed/patient.ts';
import type { FakeWard } from './fake-ward.ts';

export interface Answer {
  readonly status: number;
  readonly body?: object;
  readonly detail?: string;
}

const PAUSE_MAX_S = 120;
const refused = (detail: string, status = 400): Answer => ({ status, detail });

/** Undefined where the engine knows no such route. */
export function act(
  ward: FakeWard,
  method: string,
  path: string,
  body: unknown,
  actor: { readonly name: string; readonly role: string },
  nowMs: number,
): Answer | undefined {
  if (path === '/patients' && method === 'POST') {
    const { patient_id: admitted, ...place } = body as { patient_id: string };
    ward.admit(admitted, place);
    return { status: 200, body: {} };
  }
  const [, id, part] =
    /^\/patients\/([^/]+)\/(alarm-pause|limits|chart|transfer|discharge)$/.exec(path) ?? [];
  if (id === undefined) return undefined;
  const patientId = decodeURIComponent(id);
  if (ward.patient(patientId) === undefined) return refused('no such patient', 404);
  if (actor.role === 'viewer') return refused('viewers may look only', 403);
  if (part === 'alarm-pause' && method === 'POST') {
    const seconds = (body as { seconds?: number }).seconds ?? 0;
    if (!(seconds > 0 && seconds <= PAUSE_MAX_S)) return refused('seconds: at most 120');
    ward.pause(patientId, actor.name, seconds, nowMs);
    return { status: 200, body: { pause: ward.patient(patientId)?.pause ?? null } };
  }
  if (part === 'alarm-pause' && method === 'DELETE') {
    ward.resume(patientId);
    return { status: 204 };
  }
  if (part === 'limits' && method === 'PUT') {
    const problem = problemOf(body as Limits);
    if (problem !== undefined) return refused(problem, 422);
    ward.setLimits(patientId, body as Limits);
    return { status: 200, body: { limits: ward.limits(patientId) } };
  }
  if (part === 'chart' && method === 'PUT') {
    ward.chart(patientId, body as Record<string, unknown>);
    return { status: 200, body: {} };
  }
  if (part === 'transfer' && method === 'POST') {
    const place = body as { device_id?: string | null };
    if (ward.holderOf(place.device_id) !== undefined) {
      return refused(`the device ${place.device_id} is assigned to another patient`, 409);
    }
    Object.assign(ward.patient(patientId) ?? {}, place);
    return { status: 200, body: {} };
  }
  if (part === 'discharge' && method === 'POST') {
    ward.discharge(patientId);
    return { status: 200, body: {} };
  }
  return undefined;
}

/** One bound, for the sake of the form: SpO₂ may be lowered to 85. */
function problemOf(limits: Limits): string | undefined {
  const low = limits.oxygen_saturation?.low[0]?.limit;
  if (low !== undefined && low < 85) return 'oxygen_saturation low: 82 is outside 85..95';
  return undefined;
}
