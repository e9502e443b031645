/**
 * The WebSocket protocol of `/ws`: JSON text frames, snake_case, ISO 8601 times.
 *
 * The client's only frame is `hello`, within 5 s: {"type":"hello","token":"…","regions":["Northeast"],"patients":["P1"],"since":"<cursor>"}.
 * `regions` narrows the token's; `patients` narrows to these; `since` is the `cursor` of the last frame the client took in.
 *
 * The server answers, in this order:
 *   1. `welcome` {session, role, server_time}
 *   2. with a `since` within retention: an `alert` frame for every alert event after it, oldest first. Otherwise none.
 *   3. exactly one `snapshot` {cursor, patients}: everything as it stands. It replaces whatever the client holds. Its cursor is the
 *      position reached: each alert event is either before it, and in its `alerts`, or comes as a frame after it, never both or neither.
 *   4. from then on, as they happen: `alert` {cursor, alert}, `vitals` {at, patients}, `presence`, `left`, `heartbeat` {at} every 2 s.
 *
 * So a client needs one rule: apply `alert` frames by (id, the higher version), and let a `snapshot` replace all. It keeps the newest
 * `cursor` and says it as `since` when it comes back; one too old, or of other regions, costs it only step 2. An alert frame of a region is
 * never out of order and never left out. `vitals` may skip: each holds the newest of everything, and who the patient is.
 *
 * A `heartbeat` is a promise: the alerting pipeline judges, its conditions become alerts, and the store of alerts answers. While the
 * engine cannot say so, `error` {code:"not_monitoring", message} takes the heartbeat's place; the connection stays, and the next heartbeat
 * ends it. A client that has heard no heartbeat for 5 s is not monitoring, whatever else it is sent.
 *
 * Other errors close the connection: see `CLOSE`. After 4408 and 1001 come back with `since`; after 4401 with a new token.
 */
import type { Role } from '@vitalwire/core/identity/token.ts';
import { toIso } from '@vitalwire/core/runtime/iso-time.ts';
import { z } from 'zod';
import type { AlertEngineBounds } from '../config.ts';
import type { LeaveReason } from '../live/live-view.ts';

/** Why the server closes, as the close code; each but `going_away` is preceded by an `error` frame of the same name. */
export const CLOSE = {
  going_away: 1001,
  malformed: 4400,
  unauthorized: 4401,
  forbidden: 4403,
  too_slow: 4408,
} as const;

export type CloseReason = keyof typeof CLOSE;

export type ErrorCode = CloseReason | 'not_monitoring';

export interface Hello {
  readonly type: 'hello';
  readonly token: string;
  readonly regions?: readonly string[] | undefined;
  readonly patients?: readonly string[] | undefined;
  readonly since?: string | undefined;
}

const name = z.string().min(1).max(128);

export function helloSchema(bounds: AlertEngineBounds): z.ZodType<Hello> {
  return z.object({
    type: z.literal('hello'),
    token: z.string().min(1).max(8_192),
    regions: z.array(name).min(1).max(bounds.helloRegionsMax).optional(),
    patients: z.array(name).min(1).max(bounds.helloPatientsMax).optional(),
    since: z.string().max(8_192).optional(),
  });
}

export function welcomeFrame(session: string, role: Role, nowMs: number): string {
  return JSON.stringify({ type: 'welcome', session, role, server_time: toIso(nowMs) });
}

/** `alert`: the alert's JSON with its `event`, made once for all stations. */
export const alertFrame = (cursor: string, alert: string): string =>
  `{"type":"alert","cursor":${JSON.stringify(cursor)},"alert":${alert}}`;

/** The patient is not to be shown any more; an open alert or vitals that come later bring her back. */
export const leftFrame = (patientId: string, region: string, reason: LeaveReason, nowMs: number): string =>
  JSON.stringify({ type: 'left', patient_id: patientId, region, reason, at: toIso(nowMs) });

export const heartbeatFrame = (nowMs: number): string =>
  JSON.stringify({ type: 'heartbeat', at: toIso(nowMs) });

export const errorFrame = (code: ErrorCode, message: string): string =>
  JSON.stringify({ type: 'error', code, message });
