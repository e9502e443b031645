/** The alert engine's HTTP API, as far as a station uses it. */
import type { VitalName } from '@vitalwire/core/vitals/vital.ts';
import type { AlertDocument, PatientDocument } from '../feed/frames.ts';
import type { BurdenReport } from '../burden/report.ts';
import type { Limits } from '../feed/patient.ts';
import { ApiError, toApiError } from './problem.ts';

export interface PatientDetail extends PatientDocument {
  /** Who is discharged stays on record, and is watched no more. */
  readonly state?: 'admitted' | 'discharged';
  readonly oxygen_scale?: 1 | 2;
  /** null: never charted. */
  readonly supplemental_oxygen?: boolean | null;
  readonly consciousness?: string | null;
  /** Why there is no score at all. */
  readonly score_exclusion?: string | null;
  readonly limits?: Limits;
}

/** A raw point holds the vitals measured then; one of a tier also `<vital>_min`, `_max` and `_count`. */
export interface VitalsPoint {
  readonly at: string;
  /** Of raw points: the vitals that are not plainly valid. */
  readonly validity?: Readonly<Record<string, string>>;
  /** Of a raw point that came a minute or more after it was measured: when it came. */
  readonly received_at?: string;
  readonly [field: string]: number | string | Readonly<Record<string, string>> | undefined;
}

/** The vital at a point; undefined where it was not measured, or was no measurement. */
export function valueAt(point: VitalsPoint, vital: VitalName): number | undefined {
  const value = point[vital];
  const validity = point.validity?.[vital];
  if (validity === 'invalid' || validity === 'not_available') return undefined;
  return typeof value === 'number' ? value : undefined;
}

/** What the device measured and called an artefact itself. */
export function artefactAt(point: VitalsPoint, vital: VitalName): number | undefined {
  const value = point[vital];
  return point.validity?.[vital] === 'invalid' && typeof value === 'number' ? value : undefined;
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

export interface AlertEventDocument {
  readonly event_id: string;
  readonly event: string;
  readonly actor: string | null;
  readonly at: string;
  readonly reason: string | null;
  readonly alert: AlertDocument;
}

export interface Chart {
  readonly oxygen_scale?: 1 | 2;
  readonly supplemental_oxygen?: boolean;
  readonly consciousness?: 'alert' | 'new_confusion' | 'voice' | 'pain' | 'unresponsive';
}

/** Where a patient lies; `device_id` null: whichever device sends in that name. */
export interface Place {
  readonly region: string;
  readonly ward: string;
  readonly bed: string;
  readonly device_id: string | null;
}

export interface Admission extends Place {
  readonly patient_id: string;
  readonly name: string;
  /** Years. */
  readonly age: number | null;
}

/** Who was here, and may come again. */
export interface Discharge {
  readonly patient_id: string;
  readonly name: string;
  readonly age: number | null;
  readonly region: string;
  readonly ward: string;
  readonly bed: string;
  /** null: nobody said when. */
  readonly discharged_at: string | null;
}

export interface AlertQuery {
  readonly patient: string | undefined;
  readonly region: string | undefined;
  readonly status: string | undefined;
  readonly priority: string | undefined;
  readonly type?: string | undefined;
  /** ISO 8601, of the alert's timestamp; an engine that does not know them answers all. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly limit?: string | undefined;
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
  /** An alert with everything that happened to it, oldest first. */
  alertHistory(alertId: string, signal?: AbortSignal): Promise<readonly AlertEventDocument[]>;
  /** At most 120 s. */
  pause(patientId: string, seconds: number): Promise<void>;
  resume(patientId: string): Promise<void>;
  setLimits(patientId: string, limits: Limits): Promise<void>;
  setChart(patientId: string, chart: Chart): Promise<void>;
  admit(admission: Admission): Promise<void>;
  /** The last first. */
  discharges(signal?: AbortSignal): Promise<readonly Discharge[]>;
  /** What is left out stays. */
  transfer(patientId: string, place: Partial<Place>): Promise<void>;
  discharge(patientId: string): Promise<void>;
  burden(query: {
    readonly region: string | undefined;
    readonly from: string;
    readonly to: string;
  }): Promise<BurdenReport>;
  /** Whether the token is accepted; true where that cannot be told. */
  accepted(): Promise<boolean>;
}

/** `onUnauthorized` is told the reason of every 401 before the call throws. */
export function createApi(token: string, onUnauthorized: (reason: string) => void): Api {
  const send = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    signal: AbortSignal | undefined,
    body: object = {},
  ): Promise<unknown> => {
    const hasBody = method === 'POST' || method === 'PUT';
    let response: Response;
    try {
      response = await fetch(`/api${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(hasBody ? { 'content-type': 'application/json' } : {}),
        },
        ...(hasBody ? { body: JSON.stringify(body) } : {}),
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
        (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
      );
      return (await get(`/alerts?${new URLSearchParams(given)}`, signal)) as Page<AlertDocument>;
    },
    async acknowledge(alertId) {
      const answer = await send('POST', `/alerts/${encodeURIComponent(alertId)}/acknowledge`, undefined);
      return toAlertDocument(answer);
    },
    async alertHistory(alertId, signal) {
      const answer = await get(`/alerts/${encodeURIComponent(alertId)}`, signal);
      return (answer as { history?: AlertEventDocument[] }).history ?? [];
    },
    async pause(id, seconds) {
      await send('POST', `${patientPath(id)}/alarm-pause`, undefined, { seconds });
    },
    async resume(id) {
      await send('DELETE', `${patientPath(id)}/alarm-pause`, undefined);
    },
    async setLimits(id, limits) {
      await send('PUT', `${patientPath(id)}/limits`, undefined, limits);
    },
    async setChart(id, chart) {
      await send('PUT', `${patientPath(id)}/chart`, undefined, chart);
    },
    async admit(admission) {
      await send('POST', '/patients', undefined, admission);
    },
    async discharges(signal) {
      return ((await get('/discharges', signal)) as Page<Discharge>).items;
    },
    async transfer(id, place) {
      await send('POST', `${patientPath(id)}/transfer`, undefined, place);
    },
    async discharge(id) {
      await send('POST', `${patientPath(id)}/discharge`, undefined);
    },
    async burden({ region, from, to }) {
      const query = new URLSearchParams({ ...(region === undefined ? {} : { region }), from, to });
      return (await get(`/reports/alarm-burden?${query}`)) as BurdenReport;
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
