/** Something a settings file says that cannot be used. */
export interface SettingsProblem {
  /** From 1; where a setting is missing, that of what it is missing in. */
  readonly line: number;
  /** The setting's name, with dots: `limits.heartbeat.low.medium`; `file` for the whole. */
  readonly path: string;
  readonly reason: string;
}

/** Settings that cannot be used, with everything that is wrong with them. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly problems: readonly SettingsProblem[];

  constructor(problems: readonly SettingsProblem[]) {
    super(problems.map(inWords).join('\n'));
    this.problems = problems;
  }
}

export const inWords = ({ line, path, reason }: SettingsProblem): string =>
  `line ${line}: ${path}: ${reason}`;
