import { Counter, Histogram, LATENCY_BUCKETS_S, type Registry } from '../../runtime/metrics.ts';

/** What the Redis adapters tell of themselves. */
export interface RedisMetrics {
  readonly commitSeconds: Histogram<'outcome'>;
  readonly settleSeconds: Histogram;
  readonly lives: Counter;
  readonly errors: Counter<'operation'>;
  readonly reconnects: Counter;
}

export function redisMetrics(registry: Registry): RedisMetrics {
  const registers = [registry];
  return {
    commitSeconds: new Histogram({
      name: 'vitalwire_redis_alert_commit_seconds',
      help: 'From an alert commit to its outcome',
      labelNames: ['outcome'],
      buckets: LATENCY_BUCKETS_S,
      registers,
    }),
    settleSeconds: new Histogram({
      name: 'vitalwire_redis_settle_seconds',
      help: 'Waiting for alerts to be fsynced by Redis, and to be with a replica where there is one',
      buckets: LATENCY_BUCKETS_S,
      registers,
    }),
    lives: new Counter({
      name: 'vitalwire_redis_new_lives_total',
      help: 'Times Redis was found restarted or replaced, so that conditions were applied again',
      registers,
    }),
    errors: new Counter({
      name: 'vitalwire_redis_errors_total',
      help: 'Operations that failed after the retries of the client',
      labelNames: ['operation'],
      registers,
    }),
    reconnects: new Counter({
      name: 'vitalwire_redis_reconnects_total',
      help: 'Connections to Redis that were lost and made again',
      registers,
    }),
  };
}
