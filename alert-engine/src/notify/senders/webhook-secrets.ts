import { ConfigError } from '@vitalwire/core/runtime/config.ts';
import type { EscalationSettings, SecretOf } from '../../escalation/settings.ts';

/** What signs the messages to a webhook, and its callbacks: by the recipient's name. */
export type WebhookSecrets = ReadonlyMap<string, string>;

/** @throws ConfigError where a webhook's secret is not set: found at the start, not at the first alarm of the night. */
export function webhookSecrets({ recipients }: EscalationSettings, secretOf: SecretOf): WebhookSecrets {
  const secrets = new Map<string, string>();
  const missing: string[] = [];
  for (const { name, address } of recipients) {
    if (address.kind !== 'webhook') continue;
    const secret = secretOf(address.secretEnv);
    if (secret) secrets.set(name, secret);
    else
      missing.push(`ESCALATION_FILE: recipient ${name}: ${address.secretEnv} is not set in the environment`);
  }
  if (missing.length > 0) throw new ConfigError(missing);
  return secrets;
}
