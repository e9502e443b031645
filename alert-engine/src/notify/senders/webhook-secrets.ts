import { SettingsFileError } from '@vitalwire/core/alarms/settings-file.ts';
import type { EscalationSettings } from '../../escalation/settings.ts';

/** What signs the messages to a webhook, and its callbacks: by the recipient's name. */
export type WebhookSecrets = ReadonlyMap<string, string>;

/** @throws SettingsFileError where a webhook's secret is not set: found at the start, not at the first alarm of the night. */
export function webhookSecrets(
  { recipients }: EscalationSettings,
  secretOf: (name: string) => string | undefined,
): WebhookSecrets {
  const secrets = new Map<string, string>();
  const missing: string[] = [];
  for (const { name, address } of recipients) {
    if (address.kind !== 'webhook') continue;
    const secret = secretOf(address.secretEnv);
    if (secret) secrets.set(name, secret);
    else
      missing.push(`ESCALATION_FILE: recipient ${name}: ${address.secretEnv} is not set in the environment`);
  }
  if (missing.length > 0) throw new SettingsFileError(missing.join('\n'));
  return secrets;
}
