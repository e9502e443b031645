import { createHmac } from 'node:crypto';
import { alertDocument } from '@vitalwire/core/alarms/alert-codec.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import { toIso } from '@vitalwire/core/runtime/iso-time.ts';
import type { Send } from './sender.ts';
import type { WebhookSecrets } from './webhook-secrets.ts';

const TIMEOUT_MS = 5_000;
/** Answers that say "not now": too early, too many, or the other side is ill. */
const NOT_NOW: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * What the header `x-vitalwire-signature` holds, as `v1=<hex>`: HMAC-SHA-256 over the timestamp header, a dot, and the body. A receiver
 * computes it anew and refuses timestamps that are minutes old, so that nobody can make up an alert or say one again.
 */
export const signature = (secret: string, timestamp: string, body: string): string =>
  `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;

/** A POST of JSON: {delivery, recipient, step, at, alert}. The same `delivery` twice is the same message. */
export function webhookSender(clock: Clock, secrets: () => WebhookSecrets): Send {
  return async (delivery, recipient, signal) => {
    if (recipient.address.kind !== 'webhook') throw new TypeError('not a webhook');
    const { url } = recipient.address;
    const secret = secrets().get(recipient.name);
    if (secret === undefined) throw new TypeError('a webhook without its secret');
    const body = JSON.stringify({
      delivery: delivery.id,
      recipient: recipient.name,
      step: delivery.step,
      at: toIso(delivery.atMs),
      alert: alertDocument(delivery.alert),
    });
    const timestamp = String(Math.floor(clock.now() / 1000));
    const timeout = new AbortController();
    const cancel = clock.after(TIMEOUT_MS, () => timeout.abort());
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-vitalwire-delivery': delivery.id,
          'x-vitalwire-timestamp': timestamp,
          'x-vitalwire-signature': signature(secret, timestamp, body),
        },
        body,
        redirect: 'error',
        signal: AbortSignal.any([timeout.signal, signal]),
      });
      await response.body?.cancel();
      if (!response.ok) throw refusal(response.status);
    } catch (error) {
      if (error instanceof VitalwireError) throw error;
      throw new VitalwireError('unavailable', 'the webhook does not answer', {
        retriable: true,
        cause: error,
      });
    } finally {
      cancel();
    }
  };
}

function refusal(status: number): VitalwireError {
  const retriable = status >= 500 || NOT_NOW.has(status);
  return new VitalwireError(retriable ? 'unavailable' : 'rejected', `the webhook answered ${status}`, {
    retriable,
  });
}
