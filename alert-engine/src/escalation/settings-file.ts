import { fileURLToPath } from 'node:url';
import { followSettings, type Following } from '@vitalwire/core/settings/follow-settings.ts';
import { readSettings, type SettingsFile } from '@vitalwire/core/settings/settings-file.ts';
import type { ReplaceableSettings } from '@vitalwire/core/settings/settings-source.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { parseEscalationSettings, type EscalationSettings, type SecretOf } from './settings.ts';

const DEFAULTS = fileURLToPath(new URL('../../config/escalation.yaml', import.meta.url));

export const fromEnvironment: SecretOf = (name) => process.env[name];

/** That of `ESCALATION_FILE`, or the defaults that come with the engine. */
export const escalationSettingsFile = (
  path: string | undefined,
  secretOf: SecretOf = fromEnvironment,
): SettingsFile<EscalationSettings> => ({
  setting: 'ESCALATION_FILE',
  path: path ?? DEFAULTS,
  parse: (yaml) => parseEscalationSettings(yaml, secretOf),
});

/** @throws ConfigError */
export const readEscalationSettings = (path: string | undefined): EscalationSettings =>
  readSettings(escalationSettingsFile(path));

/** Replaces `settings`, read from there, as the file changes. */
export const followEscalationSettings = (
  path: string | undefined,
  settings: ReplaceableSettings<EscalationSettings>,
  following: Following,
): Service =>
  followSettings({
    ...following,
    file: escalationSettingsFile(path),
    source: settings,
    watched: path !== undefined,
    inAudit: escalationInAudit,
  });

/** Without where people are reached: an address may be a secret. */
const escalationInAudit = ({ recipients, ...settings }: EscalationSettings): unknown => ({
  ...settings,
  recipients: recipients.map(({ name, role, region, ward, address }) => ({
    name,
    role,
    region,
    ward,
    by: address.kind,
  })),
});
