import { readFileSync } from 'node:fs';
import { ConfigError } from '../runtime/config.ts';
import { messageOf } from '../runtime/errors.ts';
import { SettingsError, inWords } from './settings-error.ts';

/** A file of settings, as the environment names it. */
export interface SettingsFile<Settings> {
  /** What messages begin with: `ALARMS_FILE`. */
  readonly setting: string;
  readonly path: string;
  /** @throws SettingsError */
  readonly parse: (yaml: string) => Settings;
}

/** Reads a file at the start of a process. @throws ConfigError with a line for each problem, which names the setting and the file */
export function readSettings<Settings>({ setting, path, parse }: SettingsFile<Settings>): Settings {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const problems = error instanceof SettingsError ? error.problems.map(inWords) : [messageOf(error)];
    throw new ConfigError(problems.map((problem) => `${setting}: ${path}: ${problem}`));
  }
}
