import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Alert, AlertEvent } from '../../alarms/alert.ts';
import { alertEventId, decodeAlertEvent, encodeAlertEvent } from '../../alarms/alert-codec.ts';
import type { AlertType } from '../../alarms/condition.ts';
import type { AlertQuery, AlertStore, Cursor, EventPage, StoredEvent } from '../../ports/alert-store.ts';
import { fromFields, fromPairs, toFields } from './alert-fields.ts';
import { alertPage, newestFirst } from './alert-pages.ts';
import { COMMIT, EVENTS_AFTER, OPEN, RECENT, SNAPSHOT } from './alert-scripts.ts';
import {
  asking,
  connectRedis,
  connectSubscriber,
  redisClosed,
  type RedisConfig,
  type RedisDeps,
} from './connect.ts';
import { alertKey, COMMITS_CHANNEL, historyKey, patientKeys, regionKeys } from './keys.ts';
import { BEGINNING, comparePositions } from './stream-position.ts';

/** How long events, and alerts after they were resolved, are kept here; for ever is `alerts.lifecycle`'s affair. */
const KEPT_MS = 48 * 3_600_000;
/** `patient:alerts:resolved`, in the data model. */
const RESOLVED_S = 86_400;
const PATIENT_ALERTS_MAX = 1_000;
const UNSURE_MAX = 10_000;
/** Several in a process follow the same events, a moment apart. */
const DECODED_MAX = 1_000;

type Entry = readonly [position: string, fields: readonly string[]];

/** The scripts as commands of the client, which loads them where Redis does not have them. */
interface Scripts {
  vitalwireCommit(...keysAndArguments: string[]): Promise<number>;
  vitalwireOpen(openByType: string, prefix: string): Promise<string[][]>;
  vitalwireRecent(list: string, prefix: string, type: string, limit: string): Promise<string[][]>;
  vitalwireSnapshot(open: string, events: string, prefix: string): Promise<[string, string[][]]>;
  vitalwireEventsAfter(
    events: string,
    trimmed: string,
    position: string,
    limit: string,
  ): Promise<[last: string, trimmed: string, entries: Entry[]]>;
}

/** @throws VitalwireError naming REDIS_URL where Redis does not answer or refuses */
export async function openRedisAlertStore(config: RedisConfig, deps: RedisDeps): Promise<AlertStore> {
  const redis = await connectRedis(config, deps);
  redis.defineCommand('vitalwireCommit', { numberOfKeys: 14, lua: COMMIT });
  redis.defineCommand('vitalwireOpen', { numberOfKeys: 1, lua: OPEN });
  redis.defineCommand('vitalwireRecent', { numberOfKeys: 1, lua: RECENT });
  redis.defineCommand('vitalwireSnapshot', { numberOfKeys: 2, lua: SNAPSHOT });
  redis.defineCommand('vitalwireEventsAfter', { numberOfKeys: 2, lua: EVENTS_AFTER });
  return new RedisAlertStore(redis as Redis & Scripts, config, deps);
}

/**
 * Alerts in the data model's keys, and each region's events in a stream, both changed by one script. As durable as Redis is set to be:
 * with `appendfsync everysec`, a Redis that loses power forgets up to its last second.
 */
class RedisAlertStore implements AlertStore {
  readonly #redis: Redis & Scripts;
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

  constructor(redis: Redis & Scripts, config: RedisConfig, deps: RedisDeps) {
    this.#redis = redis;
    this.#config = config;
    this.#deps = deps;
  }

  commit(event: AlertEvent): Promise<'committed' | 'conflict'> {
    return this.#ask('commit', async () => {
      const { clock, metrics } = this.#deps;
      const startMs = clock.monotonic();
      this.#regions.add(event.alert.region);
      const name = `${event.alert.region} ${alertEventId(event)} ${event.event} ${event.actor} ${event.atMs}`;
      const token = this.#unsure.get(name) ?? randomUUID();
      this.#remember(name, token);
      const done = await this.#redis.vitalwireCommit(...commitArguments(event, token));
      this.#unsure.delete(name);
      const outcome = done === 1 ? 'committed' : 'conflict';
      metrics.commitSeconds.observe({ outcome }, (clock.monotonic() - startMs) / 1000);
      return outcome;
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
        events.push(...page);
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
    this.#redis.disconnect();
  }

  async #regionEventsAfter(
    region: string,
    position: string,
    limit: number,
  ): Promise<readonly StoredEvent[] | undefined> {
    this.#regions.add(region);
    if (comparePositions(position, BEGINNING) === undefined) return undefined;
    const { events, trimmed } = regionKeys(region);
    const [last, lastTrimmed, entries] = await this.#redis.vitalwireEventsAfter(
      events,
      trimmed,
      position,
      String(limit),
    );
    const isTooOld = comparePositions(position, lastTrimmed)! < 0;
    // Later than the last: of a Redis that has lost what it had.
    const isForeign = comparePositions(position, last)! > 0;
    if (isTooOld || isForeign) return undefined;
    return entries.map(([at, fields]) => ({
      region,
      position: at,
      event: this.#eventOf(fields[1] ?? ''),
    }));
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

const alertsOf = (found: readonly (readonly string[])[]): Alert[] =>
  found.flatMap((pairs) => fromPairs(pairs) ?? []);

function commitArguments(event: AlertEvent, token: string): string[] {
  const { alert } = event;
  const { region, patientId } = alert;
  const of = regionKeys(region);
  const patient = patientKeys(region, patientId);
  const about = {
    token,
    id: alert.id,
    version: alert.version,
    status: alert.status,
    type: alert.type,
    patient_id: patientId,
    region,
    raised_at_ms: alert.raisedAtMs,
    kept_ms: KEPT_MS,
    resolved_s: RESOLVED_S,
    list_max: PATIENT_ALERTS_MAX,
    alert_prefix: alertKey(region, ''),
    list_prefix: patientKeys(region, '').alerts,
    channel: COMMITS_CHANNEL,
  };
  return [
    alertKey(region, alert.id),
    historyKey(region, alert.id),
    of.events,
    of.trimmed,
    of.open,
    of.timeline,
    of.expiring,
    of.pending,
    of.critical,
    patient.alerts,
    patient.count,
    patient.latest,
    patient.resolved,
    patient.open,
    JSON.stringify(about),
    JSON.stringify(toFields(alert)),
    Buffer.from(encodeAlertEvent(event)).toString('utf8'),
  ];
}
