import { SettingsFileError } from '@vitalwire/core/alarms/settings-file.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { EscalationSettings } from '../../escalation/settings.ts';
import { emailSender } from './email.ts';
import type { Send } from './sender.ts';
import { webhookSender } from './webhook.ts';

/** @throws SettingsFileError where a webhook's secret is not set: found at the start, not at the first alarm of the night. */
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
    else
      missing.push(`ESCALATION_FILE: recipient ${name}: ${address.secretEnv} is not set in the environment`);
  }
  if (missing.length > 0) throw new SettingsFileError(missing.join('\n'));
  const webhook = webhookSender(clock, (name) => secrets.get(name) ?? '');
  const email = smtp && emailSender(smtp);
  return (delivery, recipient) => {
    if (recipient.address.kind === 'webhook') return webhook(delivery, recipient);
    if (!email) throw new TypeError('no mail relay is set');
    return email(delivery, recipient);
  };
}
