import { Counter, Histogram, LATENCY_BUCKETS_S, type Registry } from '../../runtime/metrics.ts';

/** What the InfluxDB adapter tells of itself. */
export interface InfluxMetrics {
  readonly writeSeconds: Histogram;
  readonly querySeconds: Histogram;
  readonly pointsWritten: Counter<'bucket'>;
  readonly errors: Counter<'operation'>;
}

export function influxMetrics(registry: Registry): InfluxMetrics {
  const registers = [registry];
  return {
    writeSeconds: new Histogram({
      name: 'vitalwire_influxdb_write_seconds',
      help: 'From a write request, of 5,000 points at most, to its answer or failure',
      buckets: LATENCY_BUCKETS_S,
      registers,
    }),
    querySeconds: new Histogram({
      name: 'vitalwire_influxdb_query_seconds',
      help: 'From a query to its last row, or its failure',
      buckets: LATENCY_BUCKETS_S,
      registers,
    }),
    pointsWritten: new Counter({
      name: 'vitalwire_influxdb_points_written_total',
      help: 'Points in requests that InfluxDB took, also those of them that are older than the bucket keeps',
      labelNames: ['bucket'],
      registers,
    }),
    errors: new Counter({
      name: 'vitalwire_influxdb_errors_total',
      help: 'Requests that failed; the caller of a write makes it again',
      labelNames: ['operation'],
      registers,
    }),
  };
}
