import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Alert, AlertEvent } from '../../alarms/alert.ts';
import { alertEventId, decodeAlertEvent } from '../../alarms/alert-codec.ts';
import type { AlertType } from '../../alarms/condition.ts';
import type { AlertQuery, AlertStore, Cursor, EventPage, StoredEvent } from '../../ports/alert-store.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import { commitArguments } from './alert-commit.ts';
import { fromFields, fromPairs } from './alert-fields.ts';
import { alertPage, newestFirst } from './alert-pages.ts';
import { COMMIT, EVENTS_AFTER, OPEN, RECENT, SNAPSHOT } from './alert-scripts.ts';
import { CommitConnection } from './commit-connection.ts';
import {
  asking,
  connectRedis,
  connectSubscriber,
  redisClosed,
  type RedisConfig,
  type RedisDeps,
} from './connect.ts';
import { alertKey, COMMITS_CHANNEL, historyKey, patientKeys, regionKeys } from './keys.ts';
import { Settler } from './settler.ts';
import { BEGINNING, comparePositions, earlierBy } from './stream-position.ts';

const UNSURE_MAX = 10_000;
/** Several in a process follow the same events, a moment apart. */
const DECODED_MAX = 1_000;
/** Twice an fsync's wait, as one may just have begun, with Redis 7.0 that is watched. */
const SETTLING_MS = 4_000;
/** Where the clock of the Redis that took over is behind: what it put in since may have earlier positions than what was lost. */
const REWIND_MS = 10_000;

type Entry = readonly [position: string, fields: readonly string[]];

/** The scripts as commands of the client, which loads them where Redis does not have them. */
interface Committing {
  vitalwireCommit(...keysAndArguments: string[]): Promise<number>;
}

interface Reading {
  vitalwireOpen(openByType: string, prefix: string): Promise<string[][]>;
  vitalwireRecent(list: string, prefix: string, type: string, limit: string): Promise<string[][]>;
  vitalwireSnapshot(open: string, events: string, prefix: string): Promise<[string, string[][]]>;
  vitalwireEventsAfter(
    events: string,
    trimmed: string,
    position: string,
    limit: string,
  ): Promise<[last: string, trimmed: string, entries: Entry[], known: number]>;
}

/** @throws VitalwireError naming REDIS_URL where Redis does not answer or refuses */
export async function openRedisAlertStore(config: RedisConfig, deps: RedisDeps): Promise<AlertStore> {
  const commits = await CommitConnection.open(config, deps);
  commits.redis.defineCommand('vitalwireCommit', { numberOfKeys: 14, lua: COMMIT });
  const opened: Redis[] = [];
  try {
    const redis = await connectRedis(config, deps);
    opened.push(redis);
    redis.defineCommand('vitalwireOpen', { numberOfKeys: 1, lua: OPEN });
    redis.defineCommand('vitalwireRecent', { numberOfKeys: 1, lua: RECENT });
    redis.defineCommand('vitalwireSnapshot', { numberOfKeys: 2, lua: SNAPSHOT });
    redis.defineCommand('vitalwireEventsAfter', { numberOfKeys: 2, lua: EVENTS_AFTER });
    const named = { ...config, clientName: `${config.clientName}-settling` };
    const settling = await connectRedis(named, deps, 'fails with its connection');
    opened.push(settling);
    // The primary that was may live on as a replica that is behind, and ends no connection that writes nothing.
    commits.onNewLife(() => {
      for (const connection of opened) connection.disconnect(true);
    });
    const settler = new Settler(settling, deps, () => commits.life);
    return new RedisAlertStore(redis as Redis & Reading, commits, settler, config, deps);
  } catch (error) {
    commits.close();
    for (const redis of opened) redis.disconnect();
    throw error;
  }
}

/**
 * Alerts in the data model's keys, and each region's events in a stream, both changed by one script. A Redis with `appendfsync everysec`
 * that loses power forgets up to its last seconds: `settled` says when it would not, and `onLost` that it may have.
 */
class RedisAlertStore implements AlertStore {
  readonly settlingMs = SETTLING_MS;
  readonly #redis: Redis & Reading;
  readonly #commits: CommitConnection;
  readonly #settler: Settler;
  readonly #config: RedisConfig;
  readonly #deps: RedisDeps;
  readonly #wakes: ((region: string) => void)[] = [];
  readonly #regions = new Set<string>();
  /** Tokens of commits without an answer: the same event again is then the same commit, not a rival of itself. */
  readonly #unsure = new Map<string, string>();
  /** The events read last, by their text. */
  readonly #decoded = new Map<string, AlertEvent>();
  #subscriber: Promise<Redis> | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    redis: Redis & Reading,
    commits: CommitConnection,
    settler: Settler,
    config: RedisConfig,
    deps: RedisDeps,
  ) {
    this.#redis = redis;
    this.#commits = commits;
    this.#settler = settler;
    this.#config = config;
    this.#deps = deps;
  }

  get life(): string {
    return this.#commits.life;
  }

  onLost(lost: () => void): void {
    this.#commits.onNewLife(lost);
  }

  async settled(life: string): Promise<void> {
    this.#mustBe(life);
    await this.#ask('settle', () => this.#settler.settled());
    this.#mustBe(life);
  }

  async commit(event: AlertEvent): Promise<'committed' | 'conflict'> {
    return (await this.#commit(event, false)) ? 'committed' : 'conflict';
  }

  async commitUnread(event: AlertEvent): Promise<'committed' | 'known'> {
    return (await this.#commit(event, true)) ? 'committed' : 'known';
  }

  #commit(event: AlertEvent, isUnread: boolean): Promise<boolean> {
    return this.#ask('commit', async () => {
      const { clock, metrics } = this.#deps;
      const startMs = clock.monotonic();
      this.#regions.add(event.alert.region);
      const name = `${event.alert.region} ${alertEventId(event)} ${event.event} ${event.actor} ${event.atMs}`;
      const token = this.#unsure.get(name) ?? randomUUID();
      this.#remember(name, token);
      await this.#commits.standing();
      const redis = this.#commits.redis as Redis & Committing;
      const isDone = (await redis.vitalwireCommit(...commitArguments(event, isUnread, token))) === 1;
      this.#unsure.delete(name);
      const outcome = isDone ? 'committed' : isUnread ? 'known' : 'conflict';
      metrics.commitSeconds.observe({ outcome }, (clock.monotonic() - startMs) / 1000);
      return isDone;
    });
  }

  get(region: string, alertId: string): Promise<Alert | undefined> {
    return this.#ask('get', async () => fromFields(await this.#redis.hgetall(alertKey(region, alertId))));
  }

  open(region: string, patientId: string): Promise<readonly Alert[]> {
    return this.#ask('open', async () => {
      const { open } = patientKeys(region, patientId);
      return alertsOf(await this.#redis.vitalwireOpen(open, alertKey(region, '')));
    });
  }

  snapshot(
    regions: readonly string[],
  ): Promise<{ readonly alerts: readonly Alert[]; readonly cursor: Cursor }> {
    return this.#ask('snapshot', async () => {
      const cursor: Record<string, string> = {};
      const found = await Promise.all(
        [...new Set(regions)].map(async (region) => {
          this.#regions.add(region);
          const keys = regionKeys(region);
          const prefix = alertKey(region, '');
          const [last, alerts] = await this.#redis.vitalwireSnapshot(keys.open, keys.events, prefix);
          cursor[region] = last;
          return alertsOf(alerts);
        }),
      );
      return { alerts: found.flat(), cursor };
    });
  }

  recent(region: string, patientId: string, type: AlertType, limit: number): Promise<readonly Alert[]> {
    return this.#ask('recent', async () => {
      const { alerts } = patientKeys(region, patientId);
      const found = await this.#redis.vitalwireRecent(alerts, alertKey(region, ''), type, String(limit));
      return alertsOf(found).toSorted(newestFirst);
    });
  }

  list(query: AlertQuery): Promise<{ readonly alerts: readonly Alert[]; readonly next: string | undefined }> {
    return this.#ask('list', () => alertPage(this.#redis, query));
  }

  history(region: string, alertId: string): Promise<readonly AlertEvent[]> {
    return this.#ask('history', async () => {
      const events = await this.#redis.lrange(historyKey(region, alertId), 0, -1);
      return events.map((json) => decodeAlertEvent(Buffer.from(json)));
    });
  }

  eventsAfter(cursor: Cursor, regions: readonly string[], limit: number): Promise<EventPage | undefined> {
    return this.#ask('events', async () => {
      const pages = await Promise.all(
        [...new Set(regions)].map((region) =>
          this.#regionEventsAfter(region, cursor[region] ?? BEGINNING, limit),
        ),
      );
      const events: StoredEvent[] = [];
      for (const page of pages) {
        if (page === undefined) return undefined;
        if (page.lost) return this.#rewound(cursor, page.region, limit);
        events.push(...page.events);
      }
      // The oldest first, whichever region they are of: a busy region does not hold back a quiet one.
      events.sort((a, b) => comparePositions(a.position, b.position) ?? 0);
      events.length = Math.min(events.length, limit);
      const reached: Record<string, string> = { ...cursor };
      for (const { region, position } of events) reached[region] = position;
      return { events, cursor: reached };
    });
  }

  async onCommit(wake: (region: string) => void): Promise<void> {
    await this.#ask('subscribe', async () => {
      this.#subscriber ??= this.#subscribe();
      await this.#subscriber;
    });
    this.#wakes.push(wake);
  }

  async ping(): Promise<void> {
    await this.#ask('ping', () => this.#redis.ping());
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#wakes.length = 0;
    const subscriber = await this.#subscriber?.catch(() => undefined);
    subscriber?.disconnect();
    this.#commits.close();
    this.#settler.close();
    this.#redis.disconnect();
  }

  #mustBe(life: string): void {
    if (life !== this.life)
      throw new VitalwireError('superseded', 'Redis may have lost what was not settled', {
        retriable: false,
      });
  }

  async #regionEventsAfter(region: string, position: string, limit: number): Promise<RegionPage | undefined> {
    this.#regions.add(region);
    if (comparePositions(position, BEGINNING) === undefined) return undefined;
    const { events, trimmed } = regionKeys(region);
    const [last, lastTrimmed, entries, known] = await this.#redis.vitalwireEventsAfter(
      events,
      trimmed,
      position,
      String(limit),
    );
    if (comparePositions(position, lastTrimmed)! < 0) return undefined;
    return {
      region,
      last,
      lost: known === 0,
      events: entries.map(([at, fields]) => ({
        region,
        position: at,
        event: this.#eventOf(fields[1] ?? ''),
      })),
    };
  }

  async #rewound(cursor: Cursor, region: string, limit: number): Promise<EventPage | undefined> {
    const from = earlierBy(REWIND_MS, cursor[region] ?? BEGINNING);
    const page = await this.#regionEventsAfter(region, from, limit);
    if (!page) return undefined;
    const { events, last } = page;
    return { events, cursor: { ...cursor, [region]: events.at(-1)?.position ?? last }, rewound: true };
  }

  #eventOf(text: string): AlertEvent {
    const known = this.#decoded.get(text);
    if (known) return known;
    const event = decodeAlertEvent(Buffer.from(text));
    this.#decoded.set(text, event);
    const [oldest] = this.#decoded.keys();
    if (this.#decoded.size > DECODED_MAX && oldest !== undefined) this.#decoded.delete(oldest);
    return event;
  }

  #remember(name: string, token: string): void {
    this.#unsure.set(name, token);
    const [oldest] = this.#unsure.keys();
    if (this.#unsure.size > UNSURE_MAX && oldest !== undefined) this.#unsure.delete(oldest);
  }

  async #subscribe(): Promise<Redis> {
    try {
      return await connectSubscriber(this.#config, this.#deps, {
        channels: [COMMITS_CHANNEL],
        patterns: [],
        heard: (_channel, region) => this.#wake(region),
        back: () => this.#regions.forEach((region) => this.#wake(region)),
      });
    } catch (error) {
      this.#subscriber = undefined;
      throw error;
    }
  }

  #wake(region: string): void {
    for (const wake of this.#wakes) wake(region);
  }

  #ask<T>(operation: string, task: () => Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(redisClosed());
    return asking(this.#deps, operation, task);
  }
}

/** `lost`: there is no event at the position that was asked for. */
interface RegionPage {
  readonly region: string;
  readonly last: string;
  readonly lost: boolean;
  readonly events: readonly StoredEvent[];
}

const alertsOf = (found: readonly (readonly string[])[]): Alert[] =>
  found.flatMap((pairs) => fromPairs(pairs) ?? []);
