import type { AlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import type { Analytics } from '@vitalwire/core/ports/analytics.ts';
import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import type { PatientDirectory } from '@vitalwire/core/ports/patient-directory.ts';
import type { TimeSeries } from '@vitalwire/core/ports/time-series.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { SettingsSource } from '@vitalwire/core/settings/settings-source.ts';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { LiveView } from '../live/live-view.ts';
import type { PolicyFor } from '../lifecycle/policy.ts';
import type { AlertEngineMetrics } from '../metrics.ts';
import type { Deliveries } from '../notify/deliveries.ts';
import type { PatientChanges } from '../patients/change-patient.ts';
import type { Pauses } from '../pause/pauses.ts';
import { problemSchema } from './problem.ts';

/** What the routes work with. */
export interface ApiDeps {
  readonly alerts: AlertStore;
  readonly log: EventLog;
  readonly timeSeries: TimeSeries;
  readonly analytics: Analytics;
  readonly directory: PatientDirectory;
  readonly view: LiveView;
  readonly regions: readonly string[];
  readonly alarmSettings: SettingsSource<AlarmSettings>;
  readonly policyFor: PolicyFor;
  readonly pauses: Pauses;
  readonly deliveries: Deliveries;
  readonly patientChanges: PatientChanges;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: AlertEngineMetrics;
}

export type ApiServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
});

/** The answers every route may give besides its own. */
export const PROBLEMS = {
  400: problem('The request is not as described here'),
  401: problem('No token, or not a valid one'),
  403: problem('The token does not allow it'),
  404: problem('Nothing of that name within the regions of the token'),
  429: problem('Too many requests'),
  503: problem('A store does not answer; try again'),
} as const;

export const id = z.string().min(1).max(128);
/** ISO 8601 with an offset or Z. */
export const moment = z.iso.datetime({ offset: true });
export const pageSize = (fallback: number, max: number) =>
  z.coerce.number().int().min(1).max(max).default(fallback);
/** The `next` of the page before. */
export const after = z.string().min(1).max(1_024).optional();
export const next = z.string().nullable().describe('`after` of the next page; null at the end');
