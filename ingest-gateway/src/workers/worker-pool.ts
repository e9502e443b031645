import cluster, { type Worker } from 'node:cluster';
import { ConfigError } from '@vitalwire/core/runtime/config.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { ReadyMessage } from '@vitalwire/core/runtime/run-component.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import type { Answer, Answers, Question } from './questions.ts';

export interface WorkerPoolOptions {
  /** The program of a worker, and how many there are. */
  readonly program: string;
  readonly workers: number;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A worker that was up ended and is started anew. */
  readonly restarted: () => void;
}

const MISCONFIGURED = 2;
const ANSWER_MS_MAX = 3_000;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;
/** A worker that was up for so long has not failed at starting. */
const STEADY_MS = 60_000;

/**
 * Workers that listen on one port, whose connections this process deals out in turn (node:cluster). To devices and to the log each is a gateway
 * of its own, like those of other machines: what holds between two gateways behind a balancer holds between two workers. One that ends is
 * started anew, after a pause that grows while it keeps ending; its devices connect to the others meanwhile.
 */
export class WorkerPool implements Service {
  readonly name = 'workers';
  readonly #options: WorkerPoolOptions;
  readonly #ready = new Set<Worker>();
  readonly #ended = new Set<Promise<void>>();
  readonly #asked = new Map<number, (answer: Answer['value']) => void>();
  #questions = 0;
  #ports: ReadyMessage['ports'] = {};
  readonly #stopping = new AbortController();

  private constructor(options: WorkerPoolOptions) {
    this.#options = options;
    cluster.setupPrimary({ exec: options.program, args: [], execArgv: [] });
  }

  /**
   * Resolves when all are up.
   * @throws ConfigError where the first says that its configuration is wrong; it has said what, on standard error
   */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    try {
      // One alone first: what is wrong with all is said once.
      await pool.#start(0);
      await Promise.all(Array.from({ length: options.workers - 1 }, () => pool.#start(0)));
      return pool;
    } catch (error) {
      await pool.stop();
      throw error;
    }
  }

  get ports(): ReadyMessage['ports'] {
    return this.#ports;
  }

  /** Those that are up. */
  get size(): number {
    return this.#ready.size;
  }

  get pids(): readonly number[] {
    return [...this.#ready].flatMap(({ process: { pid } }) => pid ?? []);
  }

  /** The answers of those that are up; undefined for one that does not answer in time. */
  ask<Q extends keyof Answers>(question: Q): Promise<readonly (Answers[Q] | undefined)[]> {
    return Promise.all([...this.#ready].map((worker) => this.#ask(worker, question)));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    for (const worker of Object.values(cluster.workers ?? {})) worker?.process.kill('SIGTERM');
    await Promise.all(this.#ended);
  }

  async #ask<Q extends keyof Answers>(worker: Worker, question: Q): Promise<Answers[Q] | undefined> {
    const id = ++this.#questions;
    const late = this.#options.clock.sleep(ANSWER_MS_MAX).then(() => undefined);
    const answer = new Promise<Answers[Q]>((resolve) => {
      this.#asked.set(id, (value) => resolve(value as Answers[Q]));
      worker.send({ question, id } satisfies Question, () => undefined);
    });
    const value = await Promise.race([answer, late]);
    this.#asked.delete(id);
    return value;
  }

  /** Resolves when the worker is up; from then on the pool sees to it. `failures` came before it, one after another. */
  #start(failures: number): Promise<void> {
    const { clock } = this.#options;
    const worker = cluster.fork();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let upAtMs: number | undefined;
    worker.on('message', (message: ReadyMessage | Answer) => {
      if ('answerTo' in message) return this.#asked.get(message.answerTo)?.(message.value);
      if (!('ready' in message)) return;
      upAtMs = clock.monotonic();
      this.#ports = message.ports;
      this.#ready.add(worker);
      resolve();
    });
    // A question to one that has just ended.
    worker.on('error', () => undefined);
    const ended = new Promise<void>((done) => {
      worker.once('exit', (exitCode: number | null, signal: string | null) => {
        done();
        this.#ended.delete(ended);
        this.#ready.delete(worker);
        reject(
          exitCode === MISCONFIGURED
            ? new ConfigError(['GATEWAY_WORKERS: a worker refused its configuration'])
            : new Error(`a worker ended with ${exitCode ?? signal} before it was up`),
        );
        if (upAtMs === undefined || this.#stopping.signal.aborted) return;
        const isSteady = clock.monotonic() - upAtMs > STEADY_MS;
        this.#options.logger.error(
          { worker_pid: worker.process.pid, exit_code: exitCode, signal },
          'a worker ended',
        );
        void this.#restart(isSteady ? 0 : failures);
      });
    });
    this.#ended.add(ended);
    return promise;
  }

  async #restart(failures: number): Promise<void> {
    const { clock, logger, restarted } = this.#options;
    for (let attempt = failures; !this.#stopping.signal.aborted; attempt++) {
      await clock.sleep(Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt), this.#stopping.signal);
      if (this.#stopping.signal.aborted) return;
      restarted();
      try {
        return await this.#start(attempt + 1);
      } catch (error) {
        logger.error({ err: error, attempt }, 'a worker did not come up');
      }
    }
  }
}
