import type { VerifyStaff } from '@vitalwire/core/identity/staff-tokens.ts';
import { TokenError, type StaffIdentity } from '@vitalwire/core/identity/token.ts';
import type { PatientDirectory } from '@vitalwire/core/ports/patient-directory.ts';
import { RETENTION_MS, type TimeSeries } from '@vitalwire/core/ports/time-series.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { FastifyRequest } from 'fastify';
import type { LiveView } from '../live/live-view.ts';
import { ProblemError, notFound } from './problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route behind a token. */
    identity: StaffIdentity | undefined;
  }
}

/** @throws ProblemError 401; the answer says what is wrong with the token, never the token. */
export async function authenticate(
  authorization: string | undefined,
  verifyStaff: VerifyStaff,
  nowMs: number,
): Promise<StaffIdentity> {
  const [, token] = /^Bearer +([^ ]+) *$/i.exec(authorization ?? '') ?? [];
  if (token === undefined) {
    throw new ProblemError(401, 'send "authorization: Bearer <token>"', {
      'www-authenticate': 'Bearer realm="vitalwire"',
    });
  }
  try {
    return await verifyStaff(token, nowMs);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    throw new ProblemError(401, error.message, {
      'www-authenticate': 'Bearer realm="vitalwire", error="invalid_token"',
    });
  }
}

export function identityOf(request: FastifyRequest): StaffIdentity {
  if (!request.identity) throw new ProblemError(401, 'a token is needed');
  return request.identity;
}

/** Everyone but a viewer may act on alerts. @throws ProblemError 403 */
export function requireNurse(identity: StaffIdentity): void {
  if (identity.role === 'viewer') throw new ProblemError(403, 'a viewer may look and not act');
}

/** The regions asked for, or all the token opens. @throws ProblemError 403 */
export function regionsFor(
  identity: StaffIdentity,
  asked: string | undefined,
  deployment: readonly string[],
): readonly string[] {
  const open = identity.regions.filter((region) => deployment.includes(region));
  if (asked === undefined) return open;
  if (!open.includes(asked)) throw new ProblemError(403, `the token does not open region ${asked}`);
  return [asked];
}

export interface PatientAccessDeps {
  readonly view: LiveView;
  readonly directory: PatientDirectory;
  readonly timeSeries: TimeSeries;
  readonly clock: Clock;
}

/**
 * The region a patient is in, if the token opens it: as the ward shows it, else by the directory, else by what was once measured.
 * @throws ProblemError 404, alike for a patient nobody knows and one of another region
 */
export async function regionOfPatient(
  identity: StaffIdentity,
  patientId: string,
  deps: PatientAccessDeps,
): Promise<string> {
  const region =
    deps.view.regionOf(patientId) ??
    (await deps.directory.get(patientId))?.region ??
    (await measuredIn(patientId, deps));
  if (region === undefined || !identity.regions.includes(region)) throw notFound('patient');
  return region;
}

async function measuredIn(patientId: string, deps: PatientAccessDeps): Promise<string | undefined> {
  const toMs = deps.clock.now() + 1;
  const range = (retentionMs: number) => ({ patientId, fromMs: toMs - retentionMs, toMs, limit: 1 });
  const [point] = await deps.timeSeries.raw(range(RETENTION_MS.raw));
  if (point) return point.region;
  const [window] = await deps.timeSeries.windows('1h', range(RETENTION_MS['1h']));
  return window?.region;
}
