import { join } from 'node:path';
import type { Clock } from '../../runtime/clock.ts';
import { systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logger.ts';
import { temporaryFolder } from '../../testing/temporary-folder.ts';
import { SqliteDatabase } from './database.ts';

/** A database of one test's own, with what opens on it, reopened and removed together. */
export class SqliteTestDatabase<T> {
  readonly #folder = temporaryFolder();
  readonly #clock: Clock;
  readonly #openPort: (database: SqliteDatabase) => Promise<T> | T;
  readonly #closePort: (port: T) => Promise<void>;
  #database: SqliteDatabase | undefined;
  #port: T | undefined;

  private constructor(
    openPort: (database: SqliteDatabase) => Promise<T> | T,
    closePort: (port: T) => Promise<void>,
    clock: Clock,
  ) {
    this.#openPort = openPort;
    this.#closePort = closePort;
    this.#clock = clock;
  }

  static async open<T>(
    openPort: (database: SqliteDatabase) => Promise<T> | T,
    closePort: (port: T) => Promise<void>,
    clock: Clock = systemClock,
  ): Promise<SqliteTestDatabase<T>> {
    const opened = new SqliteTestDatabase(openPort, closePort, clock);
    await opened.reopen();
    return opened;
  }

  get path(): string {
    return join(this.#folder.path, 'test.db');
  }

  get port(): T {
    return this.#port as T;
  }

  get database(): SqliteDatabase {
    return this.#database as SqliteDatabase;
  }

  async reopen(): Promise<void> {
    await this.#shut();
    this.#database = new SqliteDatabase({
      path: this.path,
      clock: this.#clock,
      logger: createLogger('test', 'silent'),
      metrics: undefined,
    });
    this.#port = await this.#openPort(this.#database);
  }

  async close(): Promise<void> {
    await this.#shut();
    this.#folder.remove();
  }

  async #shut(): Promise<void> {
    if (this.#port !== undefined) await this.#closePort(this.#port);
    await this.#database?.close();
  }
}
