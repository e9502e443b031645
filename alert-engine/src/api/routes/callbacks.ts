import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ANSWERS, answerDelivery } from '../../notify/answer.ts';
import { deliveryDocument } from '../../notify/delivery.ts';
import { signature } from '../../notify/senders/webhook.ts';
import type { WebhookSecrets } from '../../notify/senders/webhook-secrets.ts';
import type { ApiDeps } from '../deps.ts';
import { ProblemError } from '../problem.ts';
import { RateLimit } from '../rate-limit.ts';

export interface CallbackDeps extends ApiDeps {
  readonly webhookSecrets: () => WebhookSecrets;
  readonly requestsPerSecond: number;
}

/** A callback signed longer ago than this, or in a future further than this, is not taken. */
const TOLERANCE_MS = 300_000;

const schema = z.strictObject({
  delivery: z.string().min(1).max(128),
  answer: z.enum(ANSWERS),
  by: z.string().min(1).max(128).optional(),
  reason: z.string().min(1).max(200).optional(),
});

/**
 * `POST /callbacks/deliveries`: how the receiver of a webhook says what became of it, signed with the recipient's own secret as the
 * webhook was: `x-vitalwire-signature: v1=` HMAC-SHA-256 over `x-vitalwire-timestamp` (Unix seconds, with decimals if it likes), a dot and
 * the body {delivery, answer, by, reason}. No token: the signature is who it is. A callback said again changes nothing.
 */
export function callbackRoutes(app: FastifyInstance, deps: CallbackDeps): void {
  const limit = new RateLimit(deps.clock, deps.requestsPerSecond);
  app.removeContentTypeParser('application/json');
  // The signature is of the bytes as they came.
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  app.post('/deliveries', { schema: { hide: true } }, async (request) => {
    if (!limit.take(request.ip)) throw new ProblemError(429, 'slow down', { 'retry-after': '1' });
    const text = typeof request.body === 'string' ? request.body : '';
    const said = parse(text);
    const delivery = deps.deliveries.get(said.delivery);
    const timestamp = String(request.headers['x-vitalwire-timestamp']);
    const secret = delivery && deps.webhookSecrets().get(delivery.recipient);
    const signed = String(request.headers['x-vitalwire-signature']);
    // A delivery that is not there looks like one whose secret is not known.
    if (!delivery || secret === undefined || !isSame(signed, signature(secret, timestamp, text))) {
      throw new ProblemError(401, 'the callback is not signed with the secret of its recipient');
    }
    const callbackAtMs = Math.round(Number(timestamp) * 1000);
    if (!(Math.abs(callbackAtMs - deps.clock.now()) <= TOLERANCE_MS)) {
      throw new ProblemError(401, 'the timestamp is more than five minutes from now');
    }
    const { answer: status, by, reason } = said;
    const answered = await answerDelivery(deps, delivery, {
      status,
      actor: by === undefined ? delivery.recipient : `${by} (${delivery.recipient})`,
      reason,
      callbackAtMs,
    });
    return deliveryDocument(answered);
  });
}

/** @throws ProblemError 400 */
function parse(text: string): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new ProblemError(
      400,
      `the body must be {"delivery", "answer": ${ANSWERS.join(' | ')}, "by", "reason"}`,
    );
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
