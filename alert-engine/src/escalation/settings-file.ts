import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SettingsFileError } from '@vitalwire/core/alarms/settings-file.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import { parseEscalationSettings, type EscalationSettings } from './settings.ts';

/** Those of `ESCALATION_FILE`, or the defaults that come with the engine. @throws SettingsFileError */
export function readEscalationSettings(path: string | undefined): EscalationSettings {
  const file = path ?? fileURLToPath(new URL('../../config/escalation.yaml', import.meta.url));
  try {
    return parseEscalationSettings(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new SettingsFileError(`ESCALATION_FILE: ${file}: ${messageOf(error)}`);
  }
}
