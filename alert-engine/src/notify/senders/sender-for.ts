import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { derivedFrom, type SettingsSource } from '@vitalwire/core/settings/settings-source.ts';
import type { EscalationSettings } from '../../escalation/settings.ts';
import { emailSender } from './email.ts';
import type { Send } from './sender.ts';
import type { WebhookSecrets } from './webhook-secrets.ts';
import { webhookSender } from './webhook.ts';

/** By each recipient's own way, through the relay that the settings name at the time. */
export function senderFor(
  settings: SettingsSource<EscalationSettings>,
  clock: Clock,
  secrets: () => WebhookSecrets,
): Send {
  const webhook = webhookSender(clock, secrets);
  const email = derivedFrom(settings, ({ smtp }) => smtp && emailSender(smtp));
  return (delivery, recipient, signal) => {
    if (recipient.address.kind === 'webhook') return webhook(delivery, recipient, signal);
    const send = email();
    if (!send) throw new TypeError('no mail relay is set');
    return send(delivery, recipient, signal);
  };
}
