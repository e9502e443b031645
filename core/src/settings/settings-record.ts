import type { NewRecord } from '../ports/event-log.ts';
import { toIso } from '../runtime/iso-time.ts';
import { TOPICS } from '../runtime/topics.ts';
import type { SettingsProblem } from './settings-error.ts';

/** A process took settings over, at its start (`previous` null) or while it ran, or would not. */
export type SettingsChange =
  | {
      readonly action: 'settings_applied';
      readonly version: string;
      readonly previous: string | null;
      /** What they say, so that years later it can be told what judged an alert. */
      readonly settings: unknown;
    }
  | {
      readonly action: 'settings_refused';
      readonly version: string | null;
      /** The version that goes on. */
      readonly running: string;
      readonly problems: readonly SettingsProblem[];
    };

/** A line of the audit trail, on `vitalwire.actions` beside what people change: JSON, keyed by the setting, kept two years. */
export function settingsRecord(
  from: { readonly setting: string; readonly component: string },
  atMs: number,
  change: SettingsChange,
): NewRecord {
  const { action, ...facts } = change;
  const line = { action, actor: 'system', component: from.component, at: toIso(atMs), setting: from.setting };
  return {
    topic: TOPICS.actions.name,
    key: from.setting,
    value: Buffer.from(JSON.stringify({ ...line, ...facts })),
    headers: { action },
    timestampMs: atMs,
  };
}
