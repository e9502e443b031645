import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Clock } from '../../runtime/clock.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { Checkpointer } from './checkpointer.ts';
import { GroupCommit, type Lane } from './group-commit.ts';
import type { SqliteMetrics } from './metrics.ts';
import type { Session } from './port-session.ts';
import { migrate } from './schema.ts';
import { isStorageFailure } from './sqlite-error.ts';

export interface DatabaseOptions {
  /** The file; made, with its folder, if it is not there. */
  readonly path: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: SqliteMetrics | undefined;
}

/** 64 MiB: rare enough for the pause it takes not to be felt, small enough to be read through after a crash. */
const RESTART_FRAMES = 16_384;

/** The one file behind all ports: one connection, group commit, checkpoints aside, and one process at a time. */
export class SqliteDatabase implements Session {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly #path: string;
  readonly #lock: DatabaseSync;
  readonly #connection: DatabaseSync;
  readonly #fd: number;
  readonly #walFd: number;
  readonly #commits: GroupCommit;
  readonly #checkpointer: Checkpointer;
  #closing: Promise<void> | undefined;

  /** @throws VitalwireError `rejected` where another process has the file open, or a newer program wrote it. */
  constructor(options: DatabaseOptions) {
    const { path, clock, logger } = options;
    this.clock = clock;
    this.logger = logger;
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#lock = lock(path);
    try {
      this.#connection = connect(path);
      this.#fd = openSync(path, 'r+');
      this.#walFd = openSync(`${path}-wal`, 'r+');
    } catch (error) {
      this.#lock.close();
      throw error;
    }
    this.#commits = new GroupCommit({ ...options, connection: this.#connection, walFd: this.#walFd });
    const commits = this.#commits;
    this.#checkpointer = new Checkpointer({
      ...options,
      fd: this.#fd,
      commits,
      restartFrames: RESTART_FRAMES,
    });
  }

  prepare(sql: string): StatementSync {
    return this.#connection.prepare(sql);
  }

  /** See `GroupCommit.submit`. */
  write<T>(job: () => T, lane: Lane = 'urgent', written?: (value: T) => void): Promise<T> {
    return this.#commits.submit(job, lane, written);
  }

  /** See `GroupCommit.read`. */
  read<T>(query: () => T): Promise<T> {
    if (this.#closing) {
      return Promise.reject(new VitalwireError('closed', 'the database is closed', { retriable: false }));
    }
    return this.#commits.read(query);
  }

  /** For a query whose result is only built upon, and so may not be durable yet. */
  peek<T>(query: () => T): T {
    if (this.#closing) throw new VitalwireError('closed', 'the database is closed', { retriable: false });
    return query();
  }

  /** @throws VitalwireError `unavailable` */
  async ping(): Promise<void> {
    if (this.#closing)
      throw new VitalwireError('unavailable', 'the database is closed', { retriable: false });
    if (this.#commits.failure) throw this.#commits.failure;
  }

  /** After everything accepted is durable. Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    await this.#commits.close();
    await this.#checkpointer.close();
    closeSync(this.#walFd);
    try {
      this.#connection.close();
    } catch (error) {
      this.logger.error({ err: error, path: this.#path }, 'the database did not close cleanly');
    }
    // Not before: with any descriptor of a file a process gives up all its locks on it.
    closeSync(this.#fd);
    this.#lock.close();
  }
}

/**
 * The system drops this lock when its process ends, however it ends: there is no stale lock to clear away. It is on a file of its own,
 * because the checkpoint thread opens the database beside us.
 */
function lock(path: string): DatabaseSync {
  const file = new DatabaseSync(`${path}-lock`, { timeout: 0 });
  try {
    file.exec('BEGIN EXCLUSIVE');
    return file;
  } catch (error) {
    file.close();
    if (!isStorageFailure(error)) throw error;
    throw new VitalwireError('rejected', `${path} is in use by another process; stop it first`, {
      retriable: false,
      cause: error,
    });
  }
}

function connect(path: string): DatabaseSync {
  const connection = new DatabaseSync(path, { timeout: 5000, enableForeignKeyConstraints: true });
  try {
    connection.exec('PRAGMA journal_mode = WAL');
    // GroupCommit does the fsync that FULL would do.
    connection.exec('PRAGMA synchronous = NORMAL');
    connection.exec('PRAGMA wal_autocheckpoint = 0');
    connection.exec('PRAGMA cache_size = -65536');
    connection.exec('PRAGMA temp_store = MEMORY');
    migrate(connection, path);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}
