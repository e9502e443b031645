import type { Redis } from 'ioredis';
import { VitalwireError } from '../../runtime/errors.ts';
import type { RedisDeps } from './connect.ts';
import { SETTLED_KEY } from './keys.ts';
import { isPassing } from './redis-error.ts';

/** An fsync a second, and a disk that is busy; whoever waits asks again. */
const FSYNC_MS_MAX = 2_000;
const REPLICA_MS_MAX = 1_000;
const POLL_MS = 250;
/** Redis begins an fsync when its clock's second is another one, which it looks at every tenth of one. */
const FSYNC_BEGINS_MS_MAX = 1_500;
/** Two looks further apart were no looks at what was between. */
const GAP_MS_MAX = 2 * POLL_MS;
/** Where Redis keeps no log, or leaves the fsync to the system: whatever it does keep, it has had this long for. */
const BEHIND_MS = 3_000;

/**
 * How it is known that Redis has fsynced. `waitaof`: it says so (7.2 and later). `watching`: it is seen to (7.0, 6). `at once`: it
 * fsyncs before it answers. `never`: it is set not to.
 */
type Way = 'waitaof' | 'watching' | 'at once' | 'never';

/** One that is still being filled confirms nothing, for seconds or minutes, and has nothing to take over with. */
const REPLICA = /^slave\d+$/;
const ONLINE = /\bstate=online\b/;

type Info = ReadonlyMap<string, string>;

/**
 * Knows when what was written to Redis outlasts a loss of power: it is fsynced, and where there are replicas, with one of them as well, as
 * a failover would lose it otherwise. On a connection of its own, which waits; those who ask meanwhile share the next wait.
 */
export class Settler {
  readonly #redis: Redis;
  readonly #deps: RedisDeps;
  readonly #life: () => string;
  #way: { readonly life: string; readonly way: Way } | undefined;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  /** `redis`: a connection whose commands fail with it. `life`: the run id that is expected to answer. */
  constructor(redis: Redis, deps: RedisDeps, life: () => string) {
    this.#redis = redis;
    this.#deps = deps;
    this.#life = life;
  }

  /** Everything that was answered before the call. @throws what the client throws, or VitalwireError `unavailable` */
  settled(): Promise<void> {
    return (this.#next ??= this.#after(this.#running));
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #after(running: Promise<void> | undefined): Promise<void> {
    await running?.catch(() => {});
    const round = this.#round();
    this.#next = undefined;
    this.#running = round;
    await round;
  }

  async #round(): Promise<void> {
    const { clock, metrics } = this.#deps;
    const startMs = clock.monotonic();
    const info = await this.#info();
    const way = await this.#wayOf(info);
    const hasReplica = [...info].some(([name, value]) => REPLICA.test(name) && ONLINE.test(value));
    await this.#written(way, hasReplica);
    if (way === 'watching') await this.#watch();
    if (way === 'never') await clock.sleep(BEHIND_MS);
    await this.#info();
    metrics.settleSeconds.observe((clock.monotonic() - startMs) / 1000);
  }

  /** All in one write, to one connection: on another, none of it was written, and there would be nothing to wait for. */
  async #written(way: Way, hasReplica: boolean): Promise<void> {
    const asked = this.#redis.pipeline().set(SETTLED_KEY, String(this.#deps.clock.now()));
    if (way === 'waitaof') asked.call('WAITAOF', '1', '0', String(FSYNC_MS_MAX));
    if (hasReplica) asked.wait(1, REPLICA_MS_MAX);
    const replies = (await asked.exec()) ?? [];
    for (const [error] of replies) if (error) throw error;
    const [, ...waits] = replies.map(([, reply]) => reply);
    if (way === 'waitaof' && Number((waits.shift() as readonly unknown[])[0]) < 1)
      throw notYet('its log is not fsynced yet');
    if (hasReplica && Number(waits.shift()) < 1) throw notYet('no replica has it yet');
  }

  /**
   * With no fsync under way and nothing waiting to be written, one begins within a second for whatever is not on the disk. Once none is
   * under way after that, it is done.
   */
  async #watch(): Promise<void> {
    const { clock } = this.#deps;
    const startMs = clock.monotonic();
    let [watchedMs, lookedAtMs] = [-1, startMs];
    for (;;) {
      const info = await this.#info();
      const nowMs = clock.monotonic();
      if (info.get('aof_last_write_status') === 'err') throw notYet('it cannot write its log');
      const isQuiet = info.get('aof_pending_bio_fsync') === '0' && info.get('aof_buffer_length') === '0';
      if (watchedMs >= 0) watchedMs += Math.min(nowMs - lookedAtMs, GAP_MS_MAX);
      else if (isQuiet) watchedMs = 0;
      lookedAtMs = nowMs;
      if (isQuiet && watchedMs >= FSYNC_BEGINS_MS_MAX) return;
      if (nowMs - startMs > FSYNC_BEGINS_MS_MAX + FSYNC_MS_MAX) throw notYet('its log is not fsynced yet');
      await clock.sleep(POLL_MS);
    }
  }

  async #info(): Promise<Info> {
    const text = await this.#asked(() => this.#redis.info(), '');
    const info = new Map(
      text.split('\r\n').flatMap((line) => {
        const colon = line.indexOf(':');
        return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
      }),
    );
    const answering = info.get('run_id');
    if (answering !== undefined && answering !== this.#life())
      throw notYet('another process answers than commits went to');
    return info;
  }

  async #wayOf(info: Info): Promise<Way> {
    const life = this.#life();
    if (this.#way?.life === life) return this.#way.way;
    const way = info.get('aof_enabled') === '1' ? await this.#fsyncing(info) : 'never';
    this.#deps.logger.info({ way }, 'how Redis is known to have fsynced alerts');
    if (way === 'never') {
      this.#deps.logger.warn(
        'REDIS_URL: Redis does not say that it is set to fsync (appendonly yes, appendfsync everysec): a loss of power may lose alerts',
      );
    }
    this.#way = { life, way };
    return way;
  }

  async #fsyncing(info: Info): Promise<Way> {
    const set = await this.#setting('appendfsync');
    if (set === 'always') return 'at once';
    if (set === 'no') return 'never';
    const [major = 0, minor = 0] = (info.get('redis_version') ?? '').split('.').map(Number);
    return major > 7 || (major === 7 && minor >= 2) ? 'waitaof' : 'watching';
  }

  async #setting(name: string): Promise<string | undefined> {
    const [, value] = await this.#asked(
      async () => (await this.#redis.config('GET', name)) as readonly string[],
      [],
    );
    return value;
  }

  /** The last where Redis keeps to itself what is asked, as managed ones do. */
  async #asked<T>(question: () => Promise<T>, untold: T): Promise<T> {
    try {
      return await question();
    } catch (error) {
      if (error instanceof Error && error.name === 'ReplyError' && !isPassing(error)) return untold;
      throw error;
    }
  }
}

const notYet = (why: string): VitalwireError =>
  new VitalwireError('unavailable', `Redis: ${why}`, { retriable: true });
