import type { Redis } from 'ioredis';
import type { Cancel } from '../../runtime/clock.ts';
import { messageOf, VitalwireError } from '../../runtime/errors.ts';
import { connectRedis, redisClosed, type RedisConfig, type RedisDeps } from './connect.ts';
import { isPassing } from './redis-error.ts';

/** As long as a commit waits for a connection before it is told that there is none. */
const HOLD_MS = 1_000;

/**
 * The connection that commits go over. It knows which process of Redis it leads to: another one may have lost what was not fsynced, so
 * nothing that was on its way to the one is sent to the other, and whoever must do something about it is told before anything is.
 */
export class CommitConnection {
  readonly redis: Redis;
  readonly #deps: RedisDeps;
  readonly #listeners: (() => void)[] = [];
  #waiting = new Set<() => void>();
  #life = '';
  /** The connection that stands leads to `#life`. */
  #isKnown = false;
  #connections = 0;
  #isClosed = false;

  private constructor(redis: Redis, deps: RedisDeps) {
    this.redis = redis;
    this.#deps = deps;
    redis.on('ready', () => void this.#recognise());
    redis.on('close', () => (this.#isKnown = false));
  }

  /** @throws VitalwireError naming REDIS_URL where Redis does not answer or refuses */
  static async open(config: RedisConfig, deps: RedisDeps): Promise<CommitConnection> {
    const named = { ...config, clientName: `${config.clientName}-commits` };
    const connection = new CommitConnection(
      await connectRedis(named, deps, 'fails with its connection'),
      deps,
    );
    try {
      await connection.#recognise();
      await connection.standing();
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  /** The run id of the process that commits go to. */
  get life(): string {
    return this.#life;
  }

  /** Of each new life, before anything is sent to it. */
  onNewLife(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Resolves once there is a connection, to the life there was at the call: what is sent in the same turn goes to that one or fails.
   * @throws VitalwireError `unavailable`
   */
  async standing(): Promise<void> {
    if (this.#isClosed) throw redisClosed();
    if (this.#isKnown) return;
    const life = this.#life;
    await this.#untilKnown();
    if (this.#isKnown && (life === '' || life === this.#life)) return;
    const reason = this.#isKnown ? 'Redis was restarted, or another took its place' : 'Redis is away';
    throw new VitalwireError('unavailable', reason, { retriable: true });
  }

  close(): void {
    this.#isClosed = true;
    this.#isKnown = false;
    this.redis.disconnect();
    this.#wake();
  }

  #untilKnown(): Promise<void> {
    return new Promise((resolve) => {
      let cancel: Cancel = () => {};
      const done = (): void => {
        cancel();
        this.#waiting.delete(done);
        resolve();
      };
      cancel = this.#deps.clock.after(HOLD_MS, done);
      this.#waiting.add(done);
    });
  }

  async #recognise(): Promise<void> {
    const connection = ++this.#connections;
    const life = await this.#whoAnswers(connection);
    // It broke meanwhile; the next one asks again.
    if (life === undefined || connection !== this.#connections || this.redis.status !== 'ready') return;
    if (life !== this.#life) this.#begin(life);
    this.#isKnown = true;
    this.#wake();
  }

  #begin(life: string): void {
    const isFirst = this.#life === '';
    this.#life = life;
    if (isFirst) return;
    this.#deps.metrics.lives.inc();
    this.#deps.logger.warn(
      'Redis was restarted, or another took its place: it may have lost its last second',
    );
    for (const listener of this.#listeners) listener();
  }

  /** Undefined where nobody did. */
  async #whoAnswers(connection: number): Promise<string | undefined> {
    try {
      const id = /^run_id:(\w+)/m.exec(await this.redis.info('server'))?.[1];
      if (id !== undefined) return id;
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ReplyError' || isPassing(error)) {
        // One that stands and does not answer would never be asked again.
        if (connection === this.#connections && !this.#isClosed) this.redis.disconnect(true);
        return undefined;
      }
      this.#deps.logger.warn({ reason: messageOf(error) }, 'Redis does not say which process it is');
    }
    // Who cannot be recognised is taken for another: conditions applied again change nothing.
    return `connection ${connection}`;
  }

  #wake(): void {
    const woken = this.#waiting;
    this.#waiting = new Set();
    for (const wake of woken) wake();
  }
}
