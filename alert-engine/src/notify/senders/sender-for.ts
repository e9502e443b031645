import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { EscalationSettings } from '../../escalation/settings.ts';
import { emailSender } from './email.ts';
import type { Send } from './sender.ts';
import type { WebhookSecrets } from './webhook-secrets.ts';
import { webhookSender } from './webhook.ts';

/** By each recipient's own way. */
export function senderFor({ smtp }: EscalationSettings, clock: Clock, secrets: WebhookSecrets): Send {
  const webhook = webhookSender(clock, secrets);
  const email = smtp && emailSender(smtp);
  return (delivery, recipient) => {
    if (recipient.address.kind === 'webhook') return webhook(delivery, recipient);
    if (!email) throw new TypeError('no mail relay is set');
    return email(delivery, recipient);
  };
}
