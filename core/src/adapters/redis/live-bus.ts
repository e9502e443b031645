import type { Redis } from 'ioredis';
import type {
  DevicePresence,
  LiveBus,
  LiveListener,
  LiveVitals,
  Pulse,
  Subscribed,
} from '../../ports/live-bus.ts';
import { inTurns } from '../../runtime/in-turns.ts';
import { toIso } from '../../runtime/iso-time.ts';
import {
  asking,
  connectRedis,
  connectSubscriber,
  redisClosed,
  type RedisConfig,
  type RedisDeps,
} from './connect.ts';
import {
  PRESENCE_CHANNEL,
  PRESENCE_KEY,
  PULSE_CHANNEL,
  VITALS_CHANNELS,
  VITALS_INDEX,
  vitalsChannel,
  vitalsKey,
} from './keys.ts';
import {
  decodePresence,
  decodePulse,
  encodePresence,
  encodePulse,
  fromVitalsFields,
  toVitalsFields,
} from './live-fields.ts';
import { decodeLive, encodeLive } from './live-message.ts';
import { RiskCache } from './risk-cache.ts';

/** How long a patient's vitals are kept, in the data model. */
export const VITALS_KEPT_MS = 300_000;

export interface RedisLiveBusConfig extends RedisConfig {
  /** `VITALS_KEPT_MS` but in tests. */
  readonly vitalsKeptMs: number;
}

/**
 * KEYS: the index, then a hash for each update. ARGV: now and until when they are kept (Unix ms), ms to keep; then of each update the
 * channel, the patient, what is said on the channel, measured at (ISO 8601, which sorts as text), how many arguments its fields are, and
 * those. Answers 1 for each that was not older than what was there, and tells of those alone.
 */
const PUBLISH_VITALS = `
local answers, index, channels, said = {}, {}, {}, {}
local at = 4
for i = 2, #KEYS do
  local key, channel, moment, count = KEYS[i], ARGV[at], ARGV[at + 3], tonumber(ARGV[at + 4])
  local stored = redis.call('HGET', key, 'measured_at')
  if stored and stored > moment then
    answers[i - 1] = 0
  else
    answers[i - 1] = 1
    if stored then redis.call('DEL', key) end
    redis.call('HSET', key, unpack(ARGV, at + 5, at + 4 + count))
    redis.call('PEXPIRE', key, ARGV[3])
    index[#index + 1] = ARGV[2]
    index[#index + 1] = ARGV[at + 1]
    local messages = said[channel]
    if not messages then
      messages = {}
      said[channel] = messages
      channels[#channels + 1] = channel
    end
    messages[#messages + 1] = ARGV[at + 2]
  end
  at = at + 5 + count
end
if #index > 0 then redis.call('ZADD', KEYS[1], unpack(index)) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
for _, channel in ipairs(channels) do
  redis.call('PUBLISH', channel, '[' .. table.concat(said[channel], ',') .. ']')
end
return answers
`;

/** So many updates keep Redis for a millisecond or two, which everybody else waits. */
const UPDATES_A_SCRIPT = 64;

/** What is kept of everybody is read a few at a time: read in one go, a thousand patients keep an engine's alerts for a fifth of a second. */
const READ_AT_ONCE = 32;

/** KEYS: the hash. ARGV: device id, at (ISO 8601), JSON. 1 if it was not older. */
const STORE_PRESENCE = `
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if stored and cjson.decode(stored).at > ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
`;

interface Scripts {
  vitalwirePublishVitals(keys: number, ...keysAndArguments: (string | number)[]): Promise<readonly number[]>;
  vitalwireStorePresence(key: string, deviceId: string, at: string, json: string): Promise<number>;
}

/** @throws VitalwireError naming REDIS_URL where Redis does not answer or refuses */
export async function openRedisLiveBus(config: RedisLiveBusConfig, deps: RedisDeps): Promise<LiveBus> {
  const redis = await connectRedis(config, deps);
  redis.defineCommand('vitalwirePublishVitals', { lua: PUBLISH_VITALS });
  redis.defineCommand('vitalwireStorePresence', { numberOfKeys: 1, lua: STORE_PRESENCE });
  return new RedisLiveBus(redis as Redis & Scripts, config, deps);
}

/** The latest in hashes, news of it by publish and subscribe; a subscriber whose connection was away is told the latest anew. */
class RedisLiveBus implements LiveBus {
  readonly #redis: Redis & Scripts;
  readonly #config: RedisLiveBusConfig;
  readonly #deps: RedisDeps;
  readonly #listeners = new Set<LiveListener>();
  readonly #risk: RiskCache;
  #subscriber: Promise<Redis> | undefined;
  #closing: Promise<void> | undefined;

  constructor(redis: Redis & Scripts, config: RedisLiveBusConfig, deps: RedisDeps) {
    this.#redis = redis;
    this.#config = config;
    this.#deps = deps;
    this.#risk = new RiskCache(redis, config.vitalsKeptMs);
  }

  publishVitals(updates: readonly LiveVitals[]): Promise<void> {
    return this.#ask('publish_vitals', async () => {
      const nowMs = this.#deps.clock.now();
      const publishing: Promise<void>[] = [];
      for (let from = 0; from < updates.length; from += UPDATES_A_SCRIPT)
        publishing.push(this.#publish(updates.slice(from, from + UPDATES_A_SCRIPT), nowMs));
      await Promise.all(publishing);
    });
  }

  async #publish(updates: readonly LiveVitals[], nowMs: number): Promise<void> {
    const { vitalsKeptMs } = this.#config;
    const keys = [VITALS_INDEX];
    const values: (string | number)[] = [nowMs, nowMs + vitalsKeptMs, vitalsKeptMs];
    for (const live of updates) {
      const fields = toVitalsFields(live);
      keys.push(vitalsKey(live.patientId));
      values.push(vitalsChannel(live.region), live.patientId, encodeLive(live), toIso(live.measuredAtMs));
      values.push(fields.length, ...fields);
    }
    const isNews = await this.#redis.vitalwirePublishVitals(keys.length, ...keys, ...values);
    const news = updates.filter((_, i) => isNews[i] === 1);
    await this.#risk.write(news, nowMs);
  }

  publishPresence(presence: DevicePresence): Promise<void> {
    return this.#ask('publish_presence', async () => {
      const json = encodePresence(presence);
      const { deviceId, atMs } = presence;
      const isNews = await this.#redis.vitalwireStorePresence(PRESENCE_KEY, deviceId, toIso(atMs), json);
      if (isNews === 1) await this.#redis.publish(PRESENCE_CHANNEL, json);
    });
  }

  async publishPulse(pulse: Pulse): Promise<void> {
    await this.#ask('publish_pulse', () => this.#redis.publish(PULSE_CHANNEL, encodePulse(pulse)));
  }

  latestVitals(patientIds: readonly string[]): Promise<readonly LiveVitals[]> {
    return this.#ask('latest_vitals', async () => {
      const found: LiveVitals[] = [];
      for (let from = 0; from < patientIds.length; from += READ_AT_ONCE) {
        const asked = this.#redis.pipeline();
        for (const id of patientIds.slice(from, from + READ_AT_ONCE)) asked.hgetall(vitalsKey(id));
        for (const [error, hash] of (await asked.exec()) ?? []) {
          if (error) throw error;
          const live = fromVitalsFields(hash as Readonly<Record<string, string>>);
          if (live !== undefined) found.push(live);
        }
      }
      return found;
    });
  }

  async allLatestVitals(): Promise<readonly LiveVitals[]> {
    const patientIds = await this.#ask('latest_vitals', () => this.#redis.zrange(VITALS_INDEX, '0', '-1'));
    return this.latestVitals(patientIds);
  }

  presence(): Promise<readonly DevicePresence[]> {
    return this.#ask('presence', async () => {
      const devices = await this.#redis.hvals(PRESENCE_KEY);
      const presences: DevicePresence[] = [];
      for await (const slice of inTurns(devices, READ_AT_ONCE)) presences.push(...slice.map(decodePresence));
      return presences;
    });
  }

  async subscribe(listener: LiveListener): Promise<Subscribed> {
    await this.#ask('subscribe', async () => {
      this.#subscriber ??= this.#subscribe();
      await this.#subscriber;
    });
    // Its own object, so that one listener may subscribe twice and leave once.
    const own: LiveListener = {
      vitals: (updates) => listener.vitals(updates),
      presence: (presence) => listener.presence(presence),
      pulse: (pulse) => listener.pulse(pulse),
    };
    this.#listeners.add(own);
    return { unsubscribe: async () => void this.#listeners.delete(own) };
  }

  async ping(): Promise<void> {
    await this.#ask('ping', () => this.#redis.ping());
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#listeners.clear();
    const subscriber = await this.#subscriber?.catch(() => undefined);
    subscriber?.disconnect();
    this.#redis.disconnect();
  }

  async #subscribe(): Promise<Redis> {
    try {
      return await connectSubscriber(this.#config, this.#deps, {
        channels: [PRESENCE_CHANNEL, PULSE_CHANNEL],
        patterns: [VITALS_CHANNELS],
        heard: (channel, message) => this.#hear(channel, message),
        back: () => void this.#catchUp(),
      });
    } catch (error) {
      this.#subscriber = undefined;
      throw error;
    }
  }

  #hear(channel: string, message: string): void {
    try {
      if (channel === PULSE_CHANNEL) {
        const pulse = decodePulse(message);
        for (const listener of this.#listeners) listener.pulse(pulse);
      } else if (channel === PRESENCE_CHANNEL) this.#tellPresence(decodePresence(message));
      else this.#tellVitals(decodeLive(message));
    } catch (error) {
      // The latest is conflated anyway: one message less is better than none from now on.
      this.#deps.logger.warn({ err: error, channel }, 'a live message was left out');
    }
  }

  /** What was said while the connection was away was said to nobody. */
  async #catchUp(): Promise<void> {
    try {
      this.#tellVitals(await this.allLatestVitals());
      for (const presence of await this.presence()) this.#tellPresence(presence);
    } catch (error) {
      if (!this.#closing) this.#deps.logger.warn({ err: error }, 'the latest could not be read again');
    }
  }

  #tellVitals(updates: readonly LiveVitals[]): void {
    for (const listener of this.#listeners) listener.vitals(updates);
  }

  #tellPresence(presence: DevicePresence): void {
    for (const listener of this.#listeners) listener.presence(presence);
  }

  #ask<T>(operation: string, task: () => Promise<T>): Promise<T> {
    if (this.#closing) return Promise.reject(redisClosed());
    return asking(this.#deps, operation, task);
  }
}
