import type { AlarmSettings } from './settings.ts';

/**
 * The alarm settings that are in force, replaced while everything runs. Who judges by them takes a change over between two readings, and
 * a condition says which version judged it.
 */
export interface SettingsSource {
  current(): AlarmSettings;
  /** Called with every change from now on. */
  onChange(listener: (settings: AlarmSettings) => void): void;
}

/** Settings that somebody replaces: a file that is watched, an administrator. Whoever replaces them parses them first, so that bad ones never get here. */
export class ReplaceableSettings implements SettingsSource {
  #settings: AlarmSettings;
  readonly #listeners: ((settings: AlarmSettings) => void)[] = [];

  constructor(settings: AlarmSettings) {
    this.#settings = settings;
  }

  current(): AlarmSettings {
    return this.#settings;
  }

  /** Settings of the version that is in force already change nothing. */
  replace(settings: AlarmSettings): void {
    if (settings.version === this.#settings.version) return;
    this.#settings = settings;
    for (const listener of this.#listeners) listener(settings);
  }

  onChange(listener: (settings: AlarmSettings) => void): void {
    this.#listeners.push(listener);
  }
}
