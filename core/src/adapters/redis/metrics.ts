import { Counter, Histogram, LATENCY_BUCKETS_S, type Registry } from '../../runtime/metrics.ts';

/** What the Redis adapters tell of themselves. */
export interface RedisMetrics {
  readonly commitSeconds: Histogram<'outcome'>;
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
