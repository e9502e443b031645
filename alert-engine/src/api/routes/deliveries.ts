import { z } from 'zod';
import { deliveryDocument, deliverySchema, type DeliveryStatus } from '../../notify/delivery.ts';
import { identityOf, requireNurse } from '../access.ts';
import { PROBLEMS, id, type ApiDeps, type ApiServer } from '../deps.ts';
import { notFound } from '../problem.ts';
import { find } from './alerts.ts';

/** What a recipient may say after what: later answers replace earlier ones, and having seen is implied by having answered. */
const RANK: Readonly<Record<DeliveryStatus, number>> = {
  queued: 0,
  failed: 0,
  delivered: 1,
  seen: 2,
  accepted: 3,
  refused: 3,
};

export function deliveryRoutes(app: ApiServer, deps: ApiDeps): void {
  app.post(
    '/alerts/:id/deliveries/:delivery/:answer',
    {
      schema: {
        summary: 'What a recipient says to a delivery',
        description:
          'By a person or the gateway that the alert was sent to. Accepting is not acknowledging: the escalation goes on until somebody does. Idempotent. Not for viewers.',
        tags: ['alerts'],
        params: z.object({ id, delivery: id, answer: z.enum(['seen', 'accepted', 'refused']) }),
        body: z.object({ reason: z.string().min(1).max(200).optional() }).nullish(),
        response: { 200: deliverySchema, ...PROBLEMS },
      },
    },
    async (request) => {
      const identity = identityOf(request);
      const alert = await find(deps, identity, request.params.id);
      requireNurse(identity);
      const delivery = deps.deliveries.get(request.params.delivery);
      if (!delivery || delivery.alert.id !== alert.id) throw notFound('delivery');
      const { answer } = request.params;
      if (delivery.status === answer || RANK[delivery.status] > RANK[answer])
        return deliveryDocument(delivery);
      const atMs = deps.clock.now();
      const answered = {
        ...delivery,
        status: answer,
        actor: identity.name,
        atMs,
        reason: request.body?.reason,
      };
      await deps.deliveries.record(answered);
      deps.metrics.deliveries.inc({ status: answer });
      return deliveryDocument(answered);
    },
  );
}
