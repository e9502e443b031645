import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../runtime/errors.ts';
import { parseAlarmSettings, type AlarmSettings } from './settings.ts';

/** The alarm settings could not be used; one line a problem, beginning with the setting that named the file. */
export class SettingsFileError extends Error {
  override readonly name = 'SettingsFileError';
}

/** Those of `ALARMS_FILE`, or the defaults that come with Vitalwire. @throws SettingsFileError */
export function readAlarmSettings(path: string | undefined): AlarmSettings {
  const file = path ?? fileURLToPath(new URL('../../config/alarms.yaml', import.meta.url));
  try {
    return parseAlarmSettings(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new SettingsFileError(`ALARMS_FILE: ${file}: ${messageOf(error)}`);
  }
}
