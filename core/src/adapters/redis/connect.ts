import { Redis } from 'ioredis';
import type { Clock } from '../../runtime/clock.ts';
import { messageOf, VitalwireError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { tlsSettingOf, type EngineTls } from '../engine-tls.ts';
import type { RedisMetrics } from './metrics.ts';
import { toVitalwireError } from './redis-error.ts';

export interface RedisConfig {
  /** `REDIS_URL` */
  readonly url: string;
  /** `REDIS_TLS_…`, where the address is a `rediss://` */
  readonly tls: EngineTls | undefined;
  /** Names the connections in Redis's own client list. */
  readonly clientName: string;
}

export interface RedisDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** `redisMetrics`, one for all that is opened in a process. */
  readonly metrics: RedisMetrics;
}

const CONNECT_TIMEOUT_MS = 3_000;
/** A command that gets no answer for so long failed; a script of ours takes milliseconds. */
const COMMAND_TIMEOUT_MS = 5_000;
/** Reconnections a command outlives. */
const RETRIES = 3;
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;

/** What becomes of a command whose connection breaks, or that finds none. */
export type Command = 'waits a while' | 'fails with its connection';

/**
 * A connection that comes back by itself for ever.
 * @throws VitalwireError where Redis does not answer or refuses, naming the setting
 */
export async function connectRedis(
  config: RedisConfig,
  deps: RedisDeps,
  command: Command = 'waits a while',
): Promise<Redis> {
  const waits = command === 'waits a while';
  const redis = new Redis(config.url, {
    ...options(config, deps),
    maxRetriesPerRequest: waits ? RETRIES : 0,
    enableOfflineQueue: waits,
    autoResendUnfulfilledCommands: waits,
    commandTimeout: COMMAND_TIMEOUT_MS,
  });
  return opened(redis, deps);
}

export interface Subscription {
  readonly channels: readonly string[];
  readonly patterns: readonly string[];
  heard(channel: string, message: string): void;
  /** The subscription stands again after the connection was away; what was said meanwhile was said to nobody. */
  back(): void;
}

/**
 * A connection that hears what it subscribed to, and subscribes again whenever it comes back. ioredis would do that by itself, but where the
 * connection breaks once more just then, nobody catches its rejection and the process ends.
 * @throws VitalwireError where Redis does not answer or refuses, naming the setting
 */
export async function connectSubscriber(
  config: RedisConfig,
  deps: RedisDeps,
  subscription: Subscription,
): Promise<Redis> {
  const redis = new Redis(config.url, {
    ...options({ ...config, clientName: `${config.clientName}-subscriber` }, deps),
    autoResubscribe: false,
    maxRetriesPerRequest: null,
  });
  const { channels, patterns } = subscription;
  const subscribe = async (): Promise<void> => {
    if (patterns.length > 0) await redis.psubscribe(...patterns);
    await redis.subscribe(...channels);
  };
  await opened(redis, deps);
  redis.on('message', (channel, message) => subscription.heard(channel, message));
  redis.on('pmessage', (_pattern, channel, message) => subscription.heard(channel, message));
  await subscribe();
  redis.on('ready', () => {
    subscribe().then(
      () => subscription.back(),
      // The connection is gone again; the next one subscribes.
      (error: unknown) => deps.logger.debug({ reason: messageOf(error) }, 'not subscribed yet'),
    );
  });
  return redis;
}

function options(config: RedisConfig, { logger, metrics }: RedisDeps) {
  return {
    connectionName: config.clientName,
    ...(config.tls && { tls: { ...config.tls } }),
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    // A host that lost power ends no connection, and the system sends again for a quarter of an hour before it does.
    socketTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy: (attempt: number): number => {
      metrics.reconnects.inc();
      if (attempt === 3 || attempt % 60 === 0) logger.warn({ attempt }, 'Redis is away; connecting again');
      return Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt - 1, 10));
    },
    // A replica that was promoted elsewhere answers READONLY: the name leads to the new primary.
    reconnectOnError: (error: Error): boolean => error.message.startsWith('READONLY'),
  };
}

async function opened(redis: Redis, { logger }: RedisDeps): Promise<Redis> {
  let last: unknown;
  redis.on('error', (error) => {
    last = error;
    logger.debug({ reason: messageOf(error) }, 'Redis connection');
  });
  try {
    await redis.connect();
    return redis;
  } catch (error) {
    redis.disconnect();
    const reason = messageOf(toVitalwireError(last ?? error, 'connect'));
    const setting = tlsSettingOf(last ?? error, { ca: 'REDIS_TLS_CA', tls: 'REDIS_URL' }) ?? 'REDIS_URL';
    const refused = last instanceof Error && last.name === 'ReplyError';
    throw new VitalwireError(refused ? 'rejected' : 'unavailable', `${setting}: ${reason}`, {
      retriable: !refused,
      cause: last ?? error,
    });
  }
}

/** Runs an operation, and lets what Redis threw out in the ports' words. */
export async function asking<T>(deps: RedisDeps, operation: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    deps.metrics.errors.inc({ operation });
    throw toVitalwireError(error, operation);
  }
}

export const redisClosed = (): VitalwireError =>
  new VitalwireError('closed', 'Redis: the connection was closed', { retriable: false });
