import { z } from 'zod';
import { ANSWERS, answerDelivery } from '../../notify/answer.ts';
import { deliveryDocument, deliverySchema } from '../../notify/delivery.ts';
import { identityOf, requireNurse } from '../access.ts';
import { PROBLEMS, id, type ApiDeps, type ApiServer } from '../deps.ts';
import { notFound } from '../problem.ts';
import { find } from './alerts.ts';

export function deliveryRoutes(app: ApiServer, deps: ApiDeps): void {
  app.post(
    '/alerts/:id/deliveries/:delivery/:answer',
    {
      schema: {
        summary: 'What a recipient says to a delivery',
        description:
          'By a person or the gateway that the alert was sent to. Accepting is not acknowledging: the escalation goes on until somebody does. Refusing tells the next of the chain at once. Idempotent. Not for viewers.',
        tags: ['alerts'],
        params: z.object({ id, delivery: id, answer: z.enum(ANSWERS) }),
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
      const answered = await answerDelivery(deps, delivery, {
        status: request.params.answer,
        actor: identity.name,
        reason: request.body?.reason,
        callbackAtMs: undefined,
      });
      return deliveryDocument(answered);
    },
  );
}
