import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Cancel, Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { CheckpointAnswer, CheckpointMode, CheckpointThreadOptions } from './checkpoint-thread.ts';
import type { GroupCommit } from './group-commit.ts';
import type { SqliteMetrics } from './metrics.ts';

const PERIOD_MS = 1000;

export interface CheckpointerOptions extends CheckpointThreadOptions {
  readonly commits: GroupCommit;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: SqliteMetrics | undefined;
  /** From this many pages on, the log is started over. */
  readonly restartFrames: number;
}

/**
 * Copies the write-ahead log into the database every second from a thread of its own. Under steady load a log is never wholly copied
 * while it is being written, and so would grow without end: once it is large, writes pause for the moment that the small rest takes.
 */
export class Checkpointer {
  readonly #options: CheckpointerOptions;
  readonly #cancel: Cancel;
  #worker: Worker | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: CheckpointerOptions) {
    this.#options = options;
    this.#cancel = options.clock.every(PERIOD_MS, () => {
      this.#running ??= this.run().finally(() => {
        this.#running = undefined;
      });
    });
  }

  /** Never rejects: a log that was not copied now is copied the next time. */
  async run(): Promise<void> {
    const { clock, commits, logger, metrics, restartFrames } = this.#options;
    if (this.#closed) return;
    try {
      const startedMs = clock.monotonic();
      const frames = await this.#ask('PASSIVE');
      metrics?.checkpointSeconds.observe((clock.monotonic() - startedMs) / 1000);
      if (frames < restartFrames) return;
      // What was written while that was copied: the pause is then for the little that came since.
      await this.#ask('PREPARE');
      await commits.paused(async () => {
        const pausedMs = clock.monotonic();
        await this.#ask('RESTART');
        metrics?.pauseSeconds.observe((clock.monotonic() - pausedMs) / 1000);
      });
    } catch (error) {
      logger.error({ err: error }, 'cannot copy the write-ahead log into the database');
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    this.#worker?.ref();
    await this.#running;
    const worker = this.#worker;
    this.#worker = undefined;
    if (!worker) return;
    const exited = once(worker, 'exit');
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage('CLOSE');
    await exited;
  }

  async #ask(mode: CheckpointMode): Promise<number> {
    const worker = (this.#worker ??= this.#start());
    const { promise, resolve, reject } = Promise.withResolvers<CheckpointAnswer>();
    const died = (): void => reject(new Error('the checkpoint thread ended'));
    worker.once('message', resolve).once('exit', died);
    try {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      worker.postMessage(mode);
      const answer = await promise;
      if ('error' in answer) throw new Error(answer.error);
      return answer.frames;
    } finally {
      worker.off('message', resolve).off('exit', died);
    }
  }

  #start(): Worker {
    const { path, fd } = this.#options;
    const workerData: CheckpointThreadOptions = { path, fd };
    const worker = new Worker(new URL('./checkpoint-thread.ts', import.meta.url), {
      workerData,
      execArgv: [],
    });
    worker.unref();
    const forget = (): void => {
      if (this.#worker === worker) this.#worker = undefined;
    };
    worker.on('error', (error) => {
      this.#options.logger.error({ err: error }, 'the checkpoint thread failed');
      forget();
    });
    worker.on('exit', forget);
    return worker;
  }
}
