import {
  alertDocument,
  alertEventDocument,
  alertEventSchema,
  alertSchema,
} from '@vitalwire/core/alarms/alert-codec.ts';
import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import { PRIORITY_RANK, type AlertType, type Priority } from '@vitalwire/core/alarms/condition.ts';
import type { StaffIdentity } from '@vitalwire/core/identity/token.ts';
import type { AlertQuery, AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import { fromIso } from '@vitalwire/core/runtime/iso-time.ts';
import { z } from 'zod';
import { deliveryDocument, deliverySchema } from '../../notify/delivery.ts';
import { actForGood, type Action } from '../../actions/actions.ts';
import { identityOf, regionsFor, requireNurse } from '../access.ts';
import { PROBLEMS, after, id, moment, next, pageSize, type ApiDeps, type ApiServer } from '../deps.ts';
import { ProblemError, notANext, notFound } from '../problem.ts';

const NAMES = ['low', 'medium', 'high', 'critical'] as const;
const BY_RANK = Object.fromEntries(NAMES.map((name) => [String(PRIORITY_RANK[name]), name]));

const listQuery = z.object({
  region: id.optional(),
  patient: id.optional(),
  status: z.enum(['pending', 'acknowledged', 'resolved']).optional(),
  priority: z
    .enum([...NAMES, '1', '2', '3', '4'])
    .optional()
    .describe('by name or number (critical is 4)'),
  type: z.string().min(1).max(64).optional(),
  from: moment.optional().describe("raised at this moment or later, in event time: an alert's `timestamp`"),
  to: moment.optional().describe('raised before this moment'),
  limit: pageSize(50, 200),
  after,
});
const alertParams = z.object({ id });
const resolveBody = z.object({ reason: z.string().min(1).max(200).optional() }).nullish();

export function alertRoutes(app: ApiServer, deps: ApiDeps): void {
  app.get(
    '/alerts',
    {
      schema: {
        summary: 'Alerts, the newest first',
        description: 'Open ones, and resolved ones for at least 24 hours.',
        tags: ['alerts'],
        querystring: listQuery,
        response: { 200: z.object({ items: z.array(alertSchema), next }), ...PROBLEMS },
      },
    },
    async (request) => {
      const { region, patient, status, priority, type, from, to, limit, after } = request.query;
      const raisedFromMs = from === undefined ? undefined : fromIso(from);
      const raisedToMs = to === undefined ? undefined : fromIso(to);
      if (raisedFromMs !== undefined && raisedToMs !== undefined && raisedFromMs >= raisedToMs) {
        throw new ProblemError(400, 'from must be before to');
      }
      const page = await listed(deps.alerts, {
        regions: regionsFor(identityOf(request), region, deps.regions),
        patientId: patient,
        status,
        priority: priority === undefined ? undefined : priorityOf(priority),
        type: type as AlertType | undefined,
        raisedFromMs,
        raisedToMs,
        limit,
        after,
      });
      return { items: page.alerts.map(alertDocument), next: page.next ?? null };
    },
  );

  app.get(
    '/alerts/:id',
    {
      schema: {
        summary: 'An alert with everything that happened to it, oldest first',
        tags: ['alerts'],
        params: alertParams,
        response: {
          200: alertSchema.extend({
            history: z.array(alertEventSchema),
            deliveries: z
              .array(deliverySchema)
              .describe(
                'to the stations of each role of the chain (`stations:…`), and to recipients beyond them',
              ),
          }),
          ...PROBLEMS,
        },
      },
    },
    async (request) => {
      const alert = await find(deps, identityOf(request), request.params.id);
      const history = await deps.alerts.history(alert.region, alert.id);
      return {
        ...alertDocument(alert),
        history: history.map(alertEventDocument),
        deliveries: deps.deliveries.ofAlert(alert.id).map(deliveryDocument),
      };
    },
  );

  app.post(
    '/alerts/:id/acknowledge',
    {
      schema: {
        summary: '"I see it"',
        description:
          'Stops the sound and the escalation. Idempotent. An alert whose condition has ended is resolved by it. Not for viewers.',
        tags: ['alerts'],
        params: alertParams,
        response: { 200: alertSchema, ...PROBLEMS },
      },
    },
    (request) => actOn(deps, identityOf(request), request.params.id, { kind: 'acknowledge' }),
  );

  app.post(
    '/alerts/:id/resolve',
    {
      schema: {
        summary: 'Closes an alert by hand',
        description:
          "Only once its condition has ended, or if it is a technical one: a patient's condition that lasts cannot be closed (409). Idempotent. Not for viewers.",
        tags: ['alerts'],
        params: alertParams,
        body: resolveBody,
        response: { 200: alertSchema, ...PROBLEMS, 409: PROBLEMS[400] },
      },
    },
    (request) =>
      actOn(deps, identityOf(request), request.params.id, { kind: 'resolve', reason: request.body?.reason }),
  );
}

/** Only the store can read its `next`. @throws ProblemError 400 */
async function listed(alerts: AlertStore, query: AlertQuery): ReturnType<AlertStore['list']> {
  try {
    return await alerts.list(query);
  } catch (error) {
    if (query.after === undefined || !(error instanceof VitalwireError) || error.code !== 'rejected')
      throw error;
    throw notANext();
  }
}

type Asked =
  | Omit<Extract<Action, { kind: 'acknowledge' }>, 'actor'>
  | Omit<Extract<Action, { kind: 'resolve' }>, 'actor'>;

async function actOn(deps: ApiDeps, identity: StaffIdentity, alertId: string, asked: Asked) {
  const alert = await find(deps, identity, alertId);
  requireNurse(identity);
  const result = await actForGood(deps, alert.region, alert.id, { ...asked, actor: identity.name });
  if (result.kind === 'not_found') throw notFound('alert');
  if (result.kind === 'refused') {
    throw new ProblemError(409, 'the condition is still there: acknowledge the alert instead');
  }
  return alertDocument(result.alert);
}

/** An id names no region; the token's are few. @throws ProblemError 404 */
export async function find(deps: ApiDeps, identity: StaffIdentity, alertId: string): Promise<Alert> {
  const regions = regionsFor(identity, undefined, deps.regions);
  const found = await Promise.all(regions.map((region) => deps.alerts.get(region, alertId)));
  const alert = found.find((candidate) => candidate !== undefined);
  if (!alert) throw notFound('alert');
  return alert;
}

const priorityOf = (text: string): Priority => BY_RANK[text] ?? (text as Priority);
