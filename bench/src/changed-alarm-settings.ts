import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SettingsFile {
  /** For `ALARMS_FILE`. */
  readonly path: string;
  remove(): void;
}

/** The default alarm settings with each text that is a key of `changes` in place of another. @throws where a text is not there: it would change nothing */
export function changedAlarmSettings(changes: Readonly<Record<string, string>>): SettingsFile {
  const defaults = fileURLToPath(import.meta.resolve('@vitalwire/core/config/alarms.yaml'));
  let settings = readFileSync(defaults, 'utf8');
  for (const [text, other] of Object.entries(changes)) {
    if (!settings.includes(text)) throw new Error(`the default alarm settings have no '${text}'`);
    settings = settings.replace(text, other);
  }
  const folder = mkdtempSync(join(tmpdir(), 'vitalwire-bench-alarms-'));
  const path = join(folder, 'alarms.yaml');
  writeFileSync(path, settings);
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}
