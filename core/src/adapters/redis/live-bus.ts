import type { ChainableCommander, Redis } from 'ioredis';
import type {
  DevicePresence,
  LiveBus,
  LiveListener,
  LiveVitals,
  Pulse,
  Subscribed,
} from '../../ports/live-bus.ts';
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
  decodeVitals,
  encodePresence,
  encodePulse,
  encodeVitals,
  fromVitalsFields,
  toVitalsFields,
  vitalsDocument,
  type VitalsDocument,
} from './live-fields.ts';
import { RiskCache } from './risk-cache.ts';

/** How long a patient's vitals are kept, in the data model. */
export const VITALS_KEPT_MS = 300_000;

export interface RedisLiveBusConfig extends RedisConfig {
  /** `VITALS_KEPT_MS` but in tests. */
  readonly vitalsKeptMs: number;
}

/** KEYS: the hash. ARGV: measured at (ISO 8601, which sorts as text), ms to keep, fields and values. 1 if it was not older. */
const STORE_VITALS = `
local stored = redis.call('HGET', KEYS[1], 'measured_at')
if stored and stored > ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 3))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`;

/** KEYS: the hash. ARGV: device id, at (ISO 8601), JSON. 1 if it was not older. */
const STORE_PRESENCE = `
local stored = redis.call('HGET', KEYS[1], ARGV[1])
if stored and cjson.decode(stored).at > ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
`;

interface Scripts {
  vitalwireStoreVitals(key: string, at: string, keptMs: number, ...fields: string[]): Promise<number>;
  vitalwireStorePresence(key: string, deviceId: string, at: string, json: string): Promise<number>;
}

type PipelineWithScripts = ChainableCommander & {
  vitalwireStoreVitals(...of: Parameters<Scripts['vitalwireStoreVitals']>): ChainableCommander;
};

/** @throws what the first command failed with that did */
async function answersOf(pipeline: ChainableCommander): Promise<readonly unknown[]> {
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([error, value]) => {
    if (error) throw error;
    return value;
  });
}

/** @throws VitalwireError naming REDIS_URL where Redis does not answer or refuses */
export async function openRedisLiveBus(config: RedisLiveBusConfig, deps: RedisDeps): Promise<LiveBus> {
  const redis = await connectRedis(config, deps);
  redis.defineCommand('vitalwireStoreVitals', { numberOfKeys: 1, lua: STORE_VITALS });
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
      const documents = updates.map(vitalsDocument);
      const stored = await this.#store(documents);
      const news = updates.filter((_, i) => stored[i] === 1);
      if (news.length === 0) return;
      const nowMs = this.#deps.clock.now();
      await Promise.all([
        this.#announce(
          documents.filter((_, i) => stored[i] === 1),
          nowMs,
        ),
        this.#risk.write(news, nowMs),
      ]);
    });
  }

  /** 1 for each that was not older than what was there. One write to the socket for all of them. */
  #store(documents: readonly VitalsDocument[]): Promise<readonly unknown[]> {
    const pipeline = this.#redis.pipeline() as PipelineWithScripts;
    for (const document of documents) {
      const key = vitalsKey(document.patient_id);
      const { vitalsKeptMs } = this.#config;
      pipeline.vitalwireStoreVitals(key, document.measured_at, vitalsKeptMs, ...toVitalsFields(document));
    }
    return answersOf(pipeline);
  }

  async #announce(documents: readonly VitalsDocument[], nowMs: number): Promise<void> {
    const until = String(nowMs + this.#config.vitalsKeptMs);
    const pipeline = this.#redis.pipeline();
    pipeline.zadd(VITALS_INDEX, ...documents.flatMap(({ patient_id }) => [until, patient_id]));
    pipeline.zremrangebyscore(VITALS_INDEX, '-inf', String(nowMs));
    for (const [region, ofRegion] of Map.groupBy(documents, (document) => document.region))
      pipeline.publish(vitalsChannel(region), encodeVitals(ofRegion));
    await answersOf(pipeline);
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
      const hashes = await Promise.all(patientIds.map((id) => this.#redis.hgetall(vitalsKey(id))));
      return hashes.flatMap((hash) => fromVitalsFields(hash) ?? []);
    });
  }

  async allLatestVitals(): Promise<readonly LiveVitals[]> {
    const patientIds = await this.#ask('latest_vitals', () => this.#redis.zrange(VITALS_INDEX, '0', '-1'));
    return this.latestVitals(patientIds);
  }

  presence(): Promise<readonly DevicePresence[]> {
    return this.#ask('presence', async () => (await this.#redis.hvals(PRESENCE_KEY)).map(decodePresence));
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
      else this.#tellVitals(decodeVitals(message));
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
