import { fdatasync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../runtime/clock.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { SqliteMetrics } from './metrics.ts';
import { isStorageFailure } from './sqlite-error.ts';

/**
 * How soon a job is wanted: `prompt` (a step towards an alert) is written at once, `urgent` (someone waits for it) with the next group,
 * `bulk` (archiving) after those, so that it never delays an alert.
 */
export type Lane = 'prompt' | 'urgent' | 'bulk';

interface Job {
  readonly run: () => unknown;
  /** Called with the result as soon as the transaction is written, though not yet durable. */
  readonly written: (value: unknown) => void;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

export interface GroupCommitOptions {
  readonly connection: DatabaseSync;
  /** The write-ahead log's file. */
  readonly walFd: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: SqliteMetrics | undefined;
}

/** How long one lane of a transaction may hold the event loop before it is cut. */
const SLICE_MS = 3;
/**
 * Where turns of the event loop take long, with thousands of sockets to read in each, a slice of a few ms between two of them would write less than
 * comes in, for ever: a slice may take this share of the time that jobs have waited since the one before, within bounds.
 */
const SLICE_SHARE = 0.25;
const SLICE_MS_MAX = 50;
const QUEUE_MAX = 100_000;
const RETRY_MS = 250;
/** A reading's condition is asked for in the turn after the reading was written, and its alert in the turn after that. */
const GATHER_TURNS = 3;
/** Where a turn takes longer, as under load, an alert goes with the next fsync rather than hold this one up. */
const GATHER_MS = 1;

/**
 * Commits together what is asked for together: jobs queue while an fsync is on its way, and the next transaction takes what is there, so
 * that a hundred callers share one fsync and a lone one does not wait.
 *
 * The connection runs at synchronous=NORMAL, which in WAL mode leaves out exactly one thing that FULL does: the fsync of the log after
 * each commit. It is done here, off the event loop (which an fsync of some 1–50 ms would stop), and a job resolves after it. Frames are
 * only ever appended between checkpoints, so an fsync makes durable every transaction written before it; the promise is FULL's.
 *
 * For the same reason one part of the process may build on what another has written before that is durable (`written`): whatever it
 * writes lies behind it in the same log, and a power cut takes both or neither. Only what leaves the process waits for the fsync. So a
 * reading becomes a condition and the condition an alert within one fsync, not three.
 */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  readonly #lanes: Readonly<Record<Lane, Job[]>> = { prompt: [], urgent: [], bulk: [] };
  readonly #begin;
  readonly #commit;
  readonly #rollback;
  /** Written, and waiting for the next fsync. */
  #unsynced: { readonly job: Job; readonly outcome: Outcome }[] = [];
  /** Settles when nothing is left to write or to make durable, nor a failed transaction to pause after; undefined while that is so. */
  #underway: Promise<void> | undefined;
  /** They wait for a moment when all that is written is durable, and nothing is written until they had it. */
  #readers: (() => void)[] = [];
  #pausing = false;
  #syncing = false;
  /** About to fsync: only steps towards an alert are still let in. */
  #gathering = false;
  #scheduled = false;
  #held = 0;
  /** How long what is not a step towards an alert has waited: since it was asked for, or since the last transaction that took some of it. */
  #waitingSinceMs = 0;
  #failure: VitalwireError | undefined;
  #closed = false;
  #idle: (() => void)[] = [];

  constructor(options: GroupCommitOptions) {
    this.#options = options;
    this.#begin = options.connection.prepare('BEGIN IMMEDIATE');
    this.#commit = options.connection.prepare('COMMIT');
    this.#rollback = options.connection.prepare('ROLLBACK');
  }

  /**
   * Runs `job` inside a transaction; resolves with its result once that is durable. A job that throws rejects its own caller alone and
   * leaves no trace, for which it must change nothing but the database: it may be run again. While the disk is full or failing the job
   * waits and is tried again. `written` is called once the result stands in the log, before it is durable, in the order of a lane's jobs.
   * @throws VitalwireError `overloaded`, `closed`, or `unavailable` once durability can no longer be had.
   */
  submit<T>(job: () => T, lane: Lane, written: (value: T) => void = () => undefined): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#closed)
      return Promise.reject(new VitalwireError('closed', 'the database is closed', { retriable: false }));
    const queue = this.#lanes[lane];
    if (queue.length >= QUEUE_MAX) {
      return Promise.reject(
        new VitalwireError('overloaded', `${queue.length} writes wait already`, { retriable: true }),
      );
    }
    if (this.#lanes.urgent.length + this.#lanes.bulk.length === 0)
      this.#waitingSinceMs = this.#options.clock.monotonic();
    return new Promise<T>((resolve, reject) => {
      queue.push({
        run: job,
        written: written as (value: unknown) => void,
        resolve: resolve as (value: unknown) => void,
        reject,
      });
      this.#schedule();
    });
  }

  /** Runs `query` at a moment when all that it can see is durable, so that nobody acts on what a power cut would take back. */
  read<T>(query: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const answer = (): void => {
        if (this.#failure) return reject(this.#failure);
        try {
          resolve(query());
        } catch (error) {
          reject(error);
        }
      };
      if (this.#unsynced.length === 0 && !this.#syncing) answer();
      else this.#readers.push(answer);
    });
  }

  /** Runs `task` while no transaction is written; jobs wait meanwhile. */
  async paused<T>(task: () => Promise<T>): Promise<T> {
    this.#held++;
    try {
      while (this.#underway) await this.#underway;
      return await task();
    } finally {
      this.#held--;
      this.#schedule();
    }
  }

  get failure(): VitalwireError | undefined {
    return this.#failure;
  }

  /** Refuses new jobs; resolves when those accepted are settled. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#waiting() === 0 && !this.#underway) return;
    await new Promise<void>((resolve) => void this.#idle.push(resolve));
  }

  #waiting(): number {
    return this.#lanes.prompt.length + this.#lanes.urgent.length + this.#lanes.bulk.length;
  }

  /** The lanes a transaction may take from now: while an fsync is on its way the others gather. */
  #lanesOpen(): Job[][] {
    if (this.#held > 0 || this.#pausing || this.#readers.length > 0) return [];
    const { prompt, urgent, bulk } = this.#lanes;
    return this.#syncing || this.#gathering ? [prompt] : [prompt, urgent, bulk];
  }

  #schedule(): void {
    if (this.#scheduled || this.#lanesOpen().every((lane) => lane.length === 0)) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.#lanesOpen().every((lane) => lane.length === 0)) return;
      const pause = this.#writeOpen();
      this.#underway ??= this.#settleAll(pause);
    });
  }

  /** What leads to an alert in a transaction of its own: nobody builds on it before that is committed, and the other lanes take long. */
  #writeOpen(): Promise<void> | undefined {
    const [prompt = [], ...others] = this.#lanesOpen();
    const pause = prompt.length > 0 ? this.#write([prompt]) : undefined;
    return pause ?? (others.some((lane) => lane.length > 0) ? this.#write(others) : undefined);
  }

  /** One transaction over the lanes. What it wrote waits for an fsync; after a failure there is a pause to wait for instead. */
  #write(lanes: readonly Job[][]): Promise<void> | undefined {
    const { clock, logger, metrics } = this.#options;
    metrics?.queued.set(this.#waiting());
    const jobs: Job[] = [];
    try {
      const outcomes = this.#transaction(jobs, lanes);
      metrics?.commitJobs.observe(jobs.length);
      for (const [i, job] of jobs.entries()) {
        const outcome = outcomes[i] as Outcome;
        this.#unsynced.push({ job, outcome });
        if (!('error' in outcome)) job.written(outcome.value);
      }
      return undefined;
    } catch (error) {
      // Back to the head of the queue: nothing accepted is dropped while the disk is full.
      this.#lanes.prompt.unshift(...jobs);
      if (this.#closed) {
        this.#failure = unavailable('the database could not be written before it was closed', error, false);
        return undefined;
      }
      logger.error({ err: error, waiting: this.#waiting() }, 'cannot write the database; trying again');
      metrics?.failures.inc();
      this.#pausing = true;
      return clock.sleep(RETRY_MS).finally(() => {
        this.#pausing = false;
        this.#schedule();
      });
    }
  }

  /** Makes durable what is written, and between two fsyncs writes what has gathered, until nothing is left. Never rejects. */
  async #settleAll(pause: Promise<void> | undefined): Promise<void> {
    await pause;
    while (this.#unsynced.length > 0 && !this.#failure) {
      await this.#gather();
      await this.#settle();
      // Whoever was told just now gets to ask for more before the next group is closed.
      await nextTurn();
      this.#answerReaders();
      await this.#writeOpen();
    }
    this.#underway = undefined;
    if (this.#failure) this.#giveUp();
    if (this.#waiting() > 0) this.#schedule();
    else for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Lets what builds on the last transaction be written, so that an alert waits for one fsync and not for the next one too. */
  async #gather(): Promise<void> {
    const { clock } = this.#options;
    const untilMs = clock.monotonic() + GATHER_MS;
    this.#gathering = true;
    for (let turn = 0; turn < GATHER_TURNS && clock.monotonic() < untilMs; turn++) await nextTurn();
    this.#gathering = false;
  }

  /** One fsync, and whoever waited for it. */
  async #settle(): Promise<void> {
    const { clock, metrics } = this.#options;
    const startedMs = clock.monotonic();
    const batch = this.#unsynced;
    this.#unsynced = [];
    this.#syncing = true;
    try {
      await this.#sync();
    } catch {
      this.#unsynced = [...batch, ...this.#unsynced];
      return;
    } finally {
      this.#syncing = false;
    }
    metrics?.commitSeconds.observe((clock.monotonic() - startedMs) / 1000);
    for (const { job, outcome } of batch) {
      if ('error' in outcome) job.reject(outcome.error);
      else job.resolve(outcome.value);
    }
  }

  #answerReaders(): void {
    if (this.#unsynced.length > 0) return;
    for (const answer of this.#readers.splice(0)) answer();
  }

  /** Takes jobs from the lanes into `jobs` and runs them in one transaction, for a slice of time a lane at most. */
  #transaction(jobs: Job[], lanes: readonly Job[][]): Outcome[] {
    const { clock } = this.#options;
    const outcomes: Outcome[] = [];
    const sliceMs = this.#sliceMs();
    this.#begin.run();
    try {
      for (const lane of lanes) {
        const startedMs = clock.monotonic();
        let taken = 0;
        try {
          while (taken < lane.length && (taken === 0 || clock.monotonic() - startedMs < sliceMs)) {
            const job = lane[taken++] as Job;
            jobs.push(job);
            outcomes.push({ value: job.run() });
          }
        } finally {
          lane.splice(0, taken);
        }
      }
      this.#commit.run();
      return outcomes;
    } catch (error) {
      this.#abort();
      if (isStorageFailure(error)) throw error;
      return jobs.map((job) => this.#alone(job));
    } finally {
      if (!lanes.includes(this.#lanes.prompt)) this.#waitingSinceMs = clock.monotonic();
    }
  }

  #sliceMs(): number {
    const waitedMs = this.#options.clock.monotonic() - this.#waitingSinceMs;
    return Math.min(SLICE_MS_MAX, Math.max(SLICE_MS, waitedMs * SLICE_SHARE));
  }

  /** After a job of a shared transaction threw: each again, in a transaction of its own. */
  #alone(job: Job): Outcome {
    try {
      this.#begin.run();
      const value = job.run();
      this.#commit.run();
      return { value };
    } catch (error) {
      this.#abort();
      return {
        error: isStorageFailure(error) ? unavailable('the disk failed the write', error, true) : error,
      };
    }
  }

  #abort(): void {
    // SQLite has rolled back by itself after some failures (a full disk among them).
    if (this.#options.connection.isTransaction) this.#rollback.run();
  }

  #sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fdatasync(this.#options.walFd, (error) => {
        if (!error) return resolve();
        // After a failed fsync the system may count pages as clean that never reached the disk: no later success can be believed.
        this.#failure = unavailable('the write-ahead log cannot be made durable; restart', error, false);
        this.#options.logger.fatal({ err: error }, 'fsync failed');
        reject(this.#failure);
      });
    });
  }

  #giveUp(): void {
    const { prompt, urgent, bulk } = this.#lanes;
    const written = this.#unsynced.splice(0).map(({ job }) => job);
    for (const job of [...written, ...prompt.splice(0), ...urgent.splice(0), ...bulk.splice(0)]) {
      job.reject(this.#failure);
    }
    this.#answerReaders();
  }
}

function unavailable(message: string, cause: unknown, retriable: boolean): VitalwireError {
  return new VitalwireError('unavailable', message, { retriable, cause });
}
