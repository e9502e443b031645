import { Counter, Gauge, Histogram, LATENCY_BUCKETS_S, type Registry } from '../../runtime/metrics.ts';

/** What the Kafka adapter tells of itself. */
export interface KafkaMetrics {
  readonly appended: Counter<'topic'>;
  readonly produceSeconds: Histogram;
  readonly bufferedBytes: Gauge;
  readonly overloaded: Counter;
  readonly retries: Counter<'operation'>;
  readonly consumed: Counter<'topic' | 'group'>;
  readonly lag: Gauge<'topic' | 'group' | 'partition'>;
  readonly assigned: Gauge<'topic' | 'group'>;
  readonly rebalances: Counter<'group'>;
}

export function kafkaMetrics(registry: Registry): KafkaMetrics {
  const registers = [registry];
  return {
    appended: new Counter({
      name: 'vitalwire_kafka_appended_records_total',
      help: 'Records acknowledged by all in-sync replicas',
      labelNames: ['topic'],
      registers,
    }),
    produceSeconds: new Histogram({
      name: 'vitalwire_kafka_produce_seconds',
      help: 'From sending a produce request to its acknowledgement by all in-sync replicas',
      buckets: LATENCY_BUCKETS_S,
      registers,
    }),
    bufferedBytes: new Gauge({
      name: 'vitalwire_kafka_buffered_bytes',
      help: 'Records accepted and not yet acknowledged',
      registers,
    }),
    overloaded: new Counter({
      name: 'vitalwire_kafka_overloaded_total',
      help: 'Appends refused because the buffer was full',
      registers,
    }),
    retries: new Counter({
      name: 'vitalwire_kafka_retries_total',
      help: 'Attempts that failed and were made again',
      labelNames: ['operation'],
      registers,
    }),
    consumed: new Counter({
      name: 'vitalwire_kafka_consumed_records_total',
      help: 'Records fetched for a consumer',
      labelNames: ['topic', 'group'],
      registers,
    }),
    lag: new Gauge({
      name: 'vitalwire_kafka_lag_records',
      help: 'Records between what a consumer has fetched and the end of the partition',
      labelNames: ['topic', 'group', 'partition'],
      registers,
    }),
    assigned: new Gauge({
      name: 'vitalwire_kafka_assigned_partitions',
      help: 'Partitions that the consumer group gave this process; 0 while it waits for the group to be dealt anew',
      labelNames: ['topic', 'group'],
      registers,
    }),
    rebalances: new Counter({
      name: 'vitalwire_kafka_rebalances_total',
      help: 'Times this process joined a consumer group, anew or again',
      labelNames: ['group'],
      registers,
    }),
  };
}
