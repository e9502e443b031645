import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { EscalationSettingsError, type EscalationSettings } from '../../escalation/settings.ts';
import { emailSender } from './email.ts';
import type { Send } from './sender.ts';
import { webhookSender } from './webhook.ts';

/** @throws EscalationSettingsError where a webhook's secret is not set: found at the start, not at the first alarm of the night. */
export function senderFor(
  { recipients, smtp }: EscalationSettings,
  clock: Clock,
  secretOf: (name: string) => string | undefined,
): Send {
  const secrets = new Map<string, string>();
  const missing: string[] = [];
  for (const { name, address } of recipients) {
    if (address.kind !== 'webhook') continue;
    const secret = secretOf(address.secretEnv);
    if (secret) secrets.set(address.secretEnv, secret);
    else missing.push(`recipient ${name}: ${address.secretEnv} is not set in the environment`);
  }
  if (missing.length > 0) throw new EscalationSettingsError(missing);
  const webhook = webhookSender(clock, (name) => secrets.get(name) ?? '');
  const email = smtp && emailSender(smtp);
  return (delivery, recipient) => {
    if (recipient.address.kind === 'webhook') return webhook(delivery, recipient);
    if (!email) throw new TypeError('no mail relay is set');
    return email(delivery, recipient);
  };
}
