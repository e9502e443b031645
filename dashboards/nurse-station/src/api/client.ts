/** The alert engine's HTTP API, as far as a station uses it. */
import type { VitalName } from '@vitalwire/core/vitals/vital.ts';
import type { AlertDocument, PatientDocument } from '../feed/frames.ts';
import type { Limits } from '../feed/patient.ts';
import { ApiError, toApiError } from './problem.ts';

export interface PatientDetail extends PatientDocument {
  readonly limits?: Limits;
}

/** A raw point holds the vitals measured then; one of a tier also `<vital>_min`, `_max` and `_count`. */
export interface VitalsPoint {
  readonly at: string;
  /** Of raw points: the vitals that are not plainly valid. */
  readonly validity?: Readonly<Record<string, string>>;
  readonly [field: string]: number | string | Readonly<Record<string, string>> | undefined;
}

/** The vital at a point; undefined where it was not measured, or was no measurement. */
export function valueAt(point: VitalsPoint, vital: VitalName): number | undefined {
  const value = point[vital];
  const validity = point.validity?.[vital];
  if (validity === 'invalid' || validity === 'not_available') return undefined;
  return typeof value === 'number' ? value : undefined;
}

export interface VitalsSeries {
  readonly patient_id: string;
  readonly resolution: 'raw' | '5m' | '1h';
  readonly points: readonly VitalsPoint[];
}

export interface Risk {
  readonly risk_score: number;
  readonly alert_level: string;
  readonly risk_factors?: Readonly<Record<string, number>>;
  readonly timestamp: string;
  readonly partial?: boolean;
  readonly assumed?: readonly string[];
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export interface AlertQuery {
  readonly patient: string | undefined;
  readonly region: string | undefined;
  readonly status: string | undefined;
  readonly priority: string | undefined;
  /** The `next` of the page before. */
  readonly after: string | undefined;
}

export interface Api {
  /** @throws ApiError, as all of these do. */
  patient(id: string, signal?: AbortSignal): Promise<PatientDetail>;
  vitals(
    id: string,
    range: { readonly fromMs: number; readonly toMs: number; readonly resolution: 'raw' | 'auto' },
    signal?: AbortSignal,
  ): Promise<VitalsSeries>;
  /** Undefined where nothing was ever scored. */
  risk(id: string, signal?: AbortSignal): Promise<Risk | undefined>;
  alerts(query: AlertQuery, signal?: AbortSignal): Promise<Page<AlertDocument>>;
  /** The alert after it; undefined where the server says nothing more than yes. */
  acknowledge(alertId: string): Promise<AlertDocument | undefined>;
  /** Whether the token is accepted; true where that cannot be told. */
  accepted(): Promise<boolean>;
}

/** `onUnauthorized` is told the reason of every 401 before the call throws. */
export function createApi(token: string, onUnauthorized: (reason: string) => void): Api {
  const send = async (
    method: 'GET' | 'POST',
    path: string,
    signal: AbortSignal | undefined,
  ): Promise<unknown> => {
    let response: Response;
    try {
      response = await fetch(`/api${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
        },
        ...(method === 'POST' ? { body: '{}' } : {}),
        signal: signal ?? AbortSignal.timeout(15_000),
      });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw new ApiError(0, 'The alert engine cannot be reached. Nothing was changed; try again.');
    }
    if (!response.ok) {
      const error = await toApiError(response);
      if (error.status === 401) onUnauthorized(error.message);
      throw error;
    }
    return response.status === 204 ? undefined : response.json();
  };
  const get = (path: string, signal?: AbortSignal): Promise<unknown> => send('GET', path, signal);
  const patientPath = (id: string): string => `/patients/${encodeURIComponent(id)}`;

  return {
    patient: async (id, signal) => (await get(patientPath(id), signal)) as PatientDetail,
    async vitals(id, { fromMs, toMs, resolution }, signal) {
      const query = new URLSearchParams({
        from: new Date(fromMs).toISOString(),
        to: new Date(toMs).toISOString(),
        resolution,
      });
      return (await get(`${patientPath(id)}/vitals?${query}`, signal)) as VitalsSeries;
    },
    async risk(id, signal) {
      try {
        return ((await get(`${patientPath(id)}/risk`, signal)) ?? undefined) as Risk | undefined;
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return undefined;
        throw error;
      }
    },
    async alerts(query, signal) {
      const given = Object.entries(query).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      );
      return (await get(`/alerts?${new URLSearchParams(given)}`, signal)) as Page<AlertDocument>;
    },
    async acknowledge(alertId) {
      const answer = await send('POST', `/alerts/${encodeURIComponent(alertId)}/acknowledge`, undefined);
      return toAlertDocument(answer);
    },
    async accepted() {
      try {
        await get('/patients?limit=1');
        return true;
      } catch (error) {
        return !(error instanceof ApiError && error.status === 401);
      }
    },
  };
}

function toAlertDocument(answer: unknown): AlertDocument | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const alert = 'alert' in answer ? answer.alert : answer;
  return typeof alert === 'object' && alert !== null && 'status' in alert
    ? (alert as AlertDocument)
    : undefined;
}
