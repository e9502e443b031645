/** Settings know which they are. */
export interface Versioned {
  /** A digest of the text they came from. */
  readonly version: string;
}

/**
 * The settings that are in force, replaced while everything runs. Who goes by them asks for them anew each time, or takes a change over at a
 * place of its own choosing.
 */
export interface SettingsSource<Settings extends Versioned> {
  current(): Settings;
  /** Called with every change from now on. */
  onChange(listener: (settings: Settings) => void): void;
}

/** Settings that somebody replaces: a file that is watched. Whoever replaces them parses them first, so that bad ones never get here. */
export class ReplaceableSettings<Settings extends Versioned> implements SettingsSource<Settings> {
  #settings: Settings;
  readonly #listeners: ((settings: Settings) => void)[] = [];

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  current(): Settings {
    return this.#settings;
  }

  /** Settings of the version that is in force already change nothing. */
  replace(settings: Settings): void {
    if (settings.version === this.#settings.version) return;
    this.#settings = settings;
    for (const listener of this.#listeners) listener(settings);
  }

  onChange(listener: (settings: Settings) => void): void {
    this.#listeners.push(listener);
  }
}

/** Settings that never change are a source too. */
export const asSource = <Settings extends Versioned>(
  given: Settings | SettingsSource<Settings>,
): SettingsSource<Settings> => ('version' in given ? new ReplaceableSettings(given) : given);

/** What follows from settings, made once of each. */
export function derivedFrom<Settings extends Versioned, Derived>(
  source: SettingsSource<Settings>,
  derive: (settings: Settings) => Derived,
): () => Derived {
  let made: { readonly of: Settings; readonly derived: Derived } | undefined;
  return () => {
    const settings = source.current();
    if (made?.of !== settings) made = { of: settings, derived: derive(settings) };
    return made.derived;
  };
}
