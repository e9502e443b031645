import { open } from 'node:fs/promises';
import type { EventLog, NewRecord } from '../ports/event-log.ts';
import type { Clock } from '../runtime/clock.ts';
import { messageOf } from '../runtime/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Service } from '../runtime/service.ts';
import type { SettingsMetrics } from './metrics.ts';
import { digestOf } from './parse-settings.ts';
import { SettingsError, inWords, type SettingsProblem } from './settings-error.ts';
import type { SettingsFile } from './settings-file.ts';
import { settingsRecord, type SettingsChange } from './settings-record.ts';
import type { ReplaceableSettings, Versioned } from './settings-source.ts';

/** What whoever follows settings works with. */
export interface Following {
  /** Named in the audit trail. */
  readonly component: string;
  readonly log: Pick<EventLog, 'append'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: SettingsMetrics;
}

export interface FollowOptions<Settings extends Versioned> extends Following {
  readonly file: SettingsFile<Settings>;
  /** Holds what the process read from the file as it started. */
  readonly source: ReplaceableSettings<Settings>;
  /** False for the settings that come with Vitalwire: they change with its code. */
  readonly watched: boolean;
  /** What the audit trail keeps of settings. */
  readonly inAudit: (settings: Settings) => unknown;
}

/** How often the file is read. A change is in force after the second reading that finds it, so that a file half written is not. */
const LOOK_MS = 1_000;
const NO_ANSWER = 'does not answer';
/** So many looks that a file did not answer are told. */
const WAITED_MAX = 30;
const BYTES_MAX = 1_048_576;
/** Lines for the audit trail that wait for the log; a log that is away for long loses the oldest. */
const WAITING_MAX = 100;

/**
 * Replaces settings as their file changes. Bad ones are refused with the line and the reason, and those in force stay. It is the content that
 * is compared: a file that is replaced, or a link that is turned over, is a change like any other. Each process follows its own file.
 */
export function followSettings<Settings extends Versioned>(options: FollowOptions<Settings>): Service {
  const follower = new SettingsFollower(options);
  follower.begin();
  let looking: Promise<void> | undefined;
  let waited = 0;
  const cancel = options.clock.every(LOOK_MS, () => {
    // One that hangs, as files on a network do, is not asked again until it answers.
    if (looking !== undefined && ++waited === WAITED_MAX) follower.noteNoAnswer();
    if (looking !== undefined) return;
    waited = 0;
    looking = follower.look().finally(() => (looking = undefined));
  });
  return {
    name: `settings of ${options.file.setting}`,
    stop: async () => {
      cancel();
      follower.end();
    },
  };
}

/** Follows at the pace of its caller. */
export class SettingsFollower<Settings extends Versioned> {
  readonly #options: FollowOptions<Settings>;
  /** What was decided on last, by digest. */
  #judged: string;
  /** What the reading before found. */
  #seen: string;
  #ended = false;
  #waiting: NewRecord[] = [];
  #appending = false;

  constructor(options: FollowOptions<Settings>) {
    this.#options = options;
    this.#judged = options.source.current().version;
    this.#seen = this.#judged;
  }

  /** Tells of what the process started with. */
  begin(): void {
    const { source, metrics, file, inAudit } = this.#options;
    const settings = source.current();
    metrics.running.set({ setting: file.setting, version: settings.version }, 1);
    metrics.refused.set({ setting: file.setting }, 0);
    this.#audit({
      action: 'settings_applied',
      version: settings.version,
      previous: null,
      settings: inAudit(settings),
    });
  }

  /** What is being read then is not taken over. */
  end(): void {
    this.#ended = true;
  }

  /** Reads the file once more; resolves once what it says is decided on. */
  async look(): Promise<void> {
    this.#flush();
    if (!this.#options.watched) return;
    const found = await textOf(this.#options.file.path);
    if (this.#ended) return;
    const digest = 'text' in found ? digestOf(found.text) : found.unreadable;
    const isSettled = digest === this.#seen;
    this.#seen = digest;
    if (!isSettled || digest === this.#judged) return;
    this.#judged = digest;
    if ('text' in found) this.#judge(found.text);
    else this.#refuse(null, [{ line: 1, path: 'file', reason: found.unreadable }]);
  }

  /** The file has not answered for long. Once it does, it is decided on anew. */
  noteNoAnswer(): void {
    this.#judged = NO_ANSWER;
    this.#refuse(null, [{ line: 1, path: 'file', reason: NO_ANSWER }]);
  }

  #judge(text: string): void {
    const { file, source, metrics, logger, inAudit } = this.#options;
    const { setting, path } = file;
    const previous = source.current().version;
    let settings: Settings;
    try {
      settings = file.parse(text);
      source.replace(settings);
    } catch (error) {
      const problems =
        error instanceof SettingsError
          ? error.problems
          : [{ line: 1, path: 'file', reason: messageOf(error) }];
      return this.#refuse(digestOf(text), problems);
    }
    metrics.refused.set({ setting }, 0);
    const { version } = settings;
    if (version === previous) {
      logger.info({ setting, file: path, version }, 'the file holds the settings in force again');
      return;
    }
    metrics.running.remove({ setting, version: previous });
    metrics.running.set({ setting, version }, 1);
    metrics.changes.inc({ setting, outcome: 'applied' });
    logger.warn({ setting, file: path, version, previous }, 'settings applied');
    this.#audit({ action: 'settings_applied', version, previous, settings: inAudit(settings) });
  }

  #refuse(version: string | null, problems: readonly SettingsProblem[]): void {
    const { file, source, metrics, logger } = this.#options;
    const { setting, path } = file;
    const running = source.current().version;
    metrics.refused.set({ setting }, 1);
    metrics.changes.inc({ setting, outcome: 'refused' });
    logger.error(
      { setting, file: path, running, problems: problems.map(inWords) },
      'settings refused: those in force stay, and a start would fail until the file is mended',
    );
    this.#audit({ action: 'settings_refused', version, running, problems });
  }

  #audit(change: SettingsChange): void {
    const { file, component, clock } = this.#options;
    this.#waiting.push(settingsRecord({ setting: file.setting, component }, clock.now(), change));
    if (this.#waiting.length > WAITING_MAX) this.#waiting.shift();
    this.#flush();
  }

  /** Settings do not wait for the log; their lines do, in order. */
  #flush(): void {
    if (this.#appending || this.#waiting.length === 0) return;
    const { log, logger } = this.#options;
    const records = this.#waiting;
    this.#waiting = [];
    this.#appending = true;
    log
      .append(records)
      .catch((error: unknown) => {
        logger.warn({ reason: messageOf(error) }, 'the audit trail of settings waits for the log');
        this.#waiting = [...records, ...this.#waiting].slice(-WAITING_MAX);
      })
      .finally(() => (this.#appending = false));
  }
}

async function textOf(path: string): Promise<{ readonly text: string } | { readonly unreadable: string }> {
  try {
    const file = await open(path);
    try {
      if ((await file.stat()).size > BYTES_MAX) return { unreadable: `has more than ${BYTES_MAX} bytes` };
      return { text: await file.readFile('utf8') };
    } finally {
      await file.close();
    }
  } catch (error) {
    return { unreadable: messageOf(error) };
  }
}
