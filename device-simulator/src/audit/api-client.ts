import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import { z } from 'zod';

const page = { next: z.string().nullable() };
const pointsSchema = z.object({
  points: z.array(z.object({ at: z.string(), device_id: z.string() })),
  ...page,
});
const alertSchema = z.object({
  id: z.string(),
  patient_id: z.string(),
  type: z.string(),
  kind: z.string(),
  onset: z.string(),
  timestamp: z.string(),
  version: z.number(),
});
const alertsSchema = z.object({ items: z.array(alertSchema), ...page });
const historySchema = alertSchema.extend({
  history: z.array(z.object({ event: z.string(), alert: alertSchema })),
});

export type ApiAlert = z.infer<typeof alertSchema>;

/** The API answered what it may not, or did not answer at all; the message says which. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
}

export interface ApiClient {
  /** Resolves once the deployment answers with this token; it has some seconds. @throws ApiError naming the option that may be wrong */
  reach(): Promise<void>;
  /** When the raw readings of a patient from one device were measured, Unix ms, oldest first; empty for a patient nobody knows. */
  moments(patientId: string, deviceId: string, fromMs: number, toMs: number): Promise<number[]>;
  /** Alerts of the deployment raised since, newest first. */
  alertsSince(sinceMs: number): Promise<ApiAlert[]>;
  /** Every onset an alert has had. */
  onsets(alertId: string): Promise<{ readonly event: string; readonly onset: string }[]>;
}

const ATTEMPTS = 8;
const PAUSE_MS = 500;
const TIMEOUT_MS = 30_000;
/** A deployment that is being started. */
const REACH_ATTEMPTS = 4;

/** The deployment's HTTP API (`<api>/api/...`), as any client has it. Tries again where that can help. */
export function apiClient(api: string, token: string, clock: Clock): ApiClient {
  const root = `${api.replace(/\/$/, '')}/api`;
  const get = async <T>(path: string, schema: z.ZodType<T>, attempts = ATTEMPTS): Promise<T | undefined> => {
    for (let attempt = 1; ; attempt++) {
      let why: string;
      let pauseMs = PAUSE_MS * attempt;
      try {
        const response = await fetch(`${root}${path}`, {
          headers: { authorization: `Bearer ${token}` },
          signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        if (response.ok) return schema.parse(await response.json());
        await response.arrayBuffer();
        if (response.status === 404) return undefined;
        why = `${path.split('?')[0]} answered ${response.status}`;
        if (response.status < 500 && response.status !== 429) throw new ApiError(why);
        pauseMs = Math.max(pauseMs, Number(response.headers.get('retry-after') ?? 0) * 1_000);
      } catch (error) {
        if (error instanceof ApiError || error instanceof z.ZodError) throw error;
        why = causeOf(error);
      }
      if (attempt === attempts) throw new ApiError(`the API does not answer: ${why}`);
      await clock.sleep(pauseMs);
    }
  };
  const iso = (ms: number): string => encodeURIComponent(new Date(ms).toISOString());

  return {
    async reach() {
      try {
        const found = await get('/alerts?limit=1', alertsSchema, REACH_ATTEMPTS);
        if (!found) throw new ApiError('there is no /api/alerts');
      } catch (error) {
        const isToken = error instanceof ApiError && /answered 40[13]/.test(error.message);
        const hint = isToken
          ? ': the staff token (--token, STAFF_TOKEN or --data-dir) is not good for it'
          : '';
        const why =
          error instanceof z.ZodError ? '/alerts answered what no Vitalwire does' : messageOf(error);
        throw new ApiError(`--api ${api}: ${why}${hint}`);
      }
    },
    async moments(patientId, deviceId, fromMs, toMs) {
      const moments: number[] = [];
      let after: string | null = null;
      do {
        const query: string = `from=${iso(fromMs)}&to=${iso(toMs)}&resolution=raw${after === null ? '' : `&after=${after}`}`;
        const found: z.infer<typeof pointsSchema> | undefined = await get(
          `/patients/${encodeURIComponent(patientId)}/vitals?${query}`,
          pointsSchema,
        );
        for (const point of found?.points ?? []) {
          if (point.device_id === deviceId) moments.push(Date.parse(point.at));
        }
        after = found?.next ?? null;
      } while (after !== null);
      return moments;
    },
    async alertsSince(sinceMs) {
      const alerts: ApiAlert[] = [];
      let after: string | null = null;
      do {
        const found: z.infer<typeof alertsSchema> | undefined = await get(
          `/alerts?limit=200${after === null ? '' : `&after=${encodeURIComponent(after)}`}`,
          alertsSchema,
        );
        const items: readonly ApiAlert[] = found?.items ?? [];
        alerts.push(...items.filter(({ timestamp }) => Date.parse(timestamp) >= sinceMs));
        // An alert of before the run can have come again within it, so a page of old ones alone ends the search.
        after =
          items.length > 0 && items.every(({ timestamp }) => Date.parse(timestamp) < sinceMs)
            ? null
            : (found?.next ?? null);
      } while (after !== null);
      return alerts;
    },
    async onsets(alertId) {
      const found = await get(`/alerts/${encodeURIComponent(alertId)}`, historySchema);
      return (found?.history ?? []).map(({ event, alert }) => ({ event, onset: alert.onset }));
    },
  };
}

/** `fetch failed` says nothing; what it hides does. */
function causeOf(error: unknown): string {
  const { cause } = error instanceof Error ? error : {};
  return cause instanceof Error && cause.message !== '' ? cause.message : messageOf(error);
}
