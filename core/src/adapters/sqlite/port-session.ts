import type { StatementSync } from 'node:sqlite';
import type { Clock } from '../../runtime/clock.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Lane } from './group-commit.ts';

/** What an adapter does with the database; `GroupCommit` tells what `write` and `read` promise. */
export interface Session {
  readonly clock: Clock;
  readonly logger: Logger;
  prepare(sql: string): StatementSync;
  write<T>(job: () => T, lane?: Lane, written?: (value: T) => void): Promise<T>;
  read<T>(query: () => T): Promise<T>;
  peek<T>(query: () => T): T;
  /** @throws VitalwireError `unavailable` */
  ping(): Promise<void>;
}

/** One port's use of the database that all share: it ends when that port is closed, and the database goes on. */
export class PortSession implements Session {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly #shared: Session;
  readonly #port: string;
  #closed = false;

  constructor(shared: Session, port: string) {
    this.clock = shared.clock;
    this.logger = shared.logger;
    this.#shared = shared;
    this.#port = port;
  }

  prepare(sql: string): StatementSync {
    return this.#shared.prepare(sql);
  }

  write<T>(job: () => T, lane?: Lane, written?: (value: T) => void): Promise<T> {
    return this.#closed ? Promise.reject(this.#error('closed')) : this.#shared.write(job, lane, written);
  }

  read<T>(query: () => T): Promise<T> {
    return this.#closed ? Promise.reject(this.#error('closed')) : this.#shared.read(query);
  }

  peek<T>(query: () => T): T {
    if (this.#closed) throw this.#error('closed');
    return this.#shared.peek(query);
  }

  ping(): Promise<void> {
    return this.#closed ? Promise.reject(this.#error('unavailable')) : this.#shared.ping();
  }

  /** Refuses what comes after; what was accepted is stored. */
  close(): void {
    this.#closed = true;
  }

  #error(code: 'closed' | 'unavailable'): VitalwireError {
    return new VitalwireError(code, `the ${this.#port} is closed`, { retriable: false });
  }
}
