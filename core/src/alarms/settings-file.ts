import { fileURLToPath } from 'node:url';
import { followSettings, type Following } from '../settings/follow-settings.ts';
import { readSettings, type SettingsFile } from '../settings/settings-file.ts';
import type { ReplaceableSettings } from '../settings/settings-source.ts';
import type { Service } from '../runtime/service.ts';
import { parseAlarmSettings, type AlarmSettings } from './settings.ts';

const DEFAULTS = fileURLToPath(new URL('../../config/alarms.yaml', import.meta.url));

/** That of `ALARMS_FILE`, or the defaults that come with Vitalwire. */
export const alarmSettingsFile = (path: string | undefined): SettingsFile<AlarmSettings> => ({
  setting: 'ALARMS_FILE',
  path: path ?? DEFAULTS,
  parse: parseAlarmSettings,
});

/** @throws ConfigError */
export const readAlarmSettings = (path: string | undefined): AlarmSettings =>
  readSettings(alarmSettingsFile(path));

/** Replaces `settings`, read from there, as the file changes. */
export const followAlarmSettings = (
  path: string | undefined,
  settings: ReplaceableSettings<AlarmSettings>,
  following: Following,
): Service =>
  followSettings({
    ...following,
    file: alarmSettingsFile(path),
    source: settings,
    watched: path !== undefined,
    inAudit: (one) => one,
  });
