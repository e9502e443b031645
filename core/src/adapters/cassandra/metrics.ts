import { Counter, Histogram, LATENCY_BUCKETS_S, type Registry } from '../../runtime/metrics.ts';

/** What the Cassandra adapter tells of itself. */
export interface CassandraMetrics {
  readonly writeSeconds: Histogram;
  readonly readSeconds: Histogram;
  readonly rowsWritten: Counter<'table'>;
  readonly errors: Counter<'operation'>;
}

export function cassandraMetrics(registry: Registry): CassandraMetrics {
  const registers = [registry];
  return {
    writeSeconds: new Histogram({
      name: 'vitalwire_cassandra_write_seconds',
      help: 'From a call that writes rows to the answer of a quorum for the last of them, or its failure',
      buckets: LATENCY_BUCKETS_S,
      registers,
    }),
    readSeconds: new Histogram({
      name: 'vitalwire_cassandra_read_seconds',
      help: 'From a query to its last row, or its failure',
      buckets: LATENCY_BUCKETS_S,
      registers,
    }),
    rowsWritten: new Counter({
      name: 'vitalwire_cassandra_rows_written_total',
      help: 'Rows that a quorum has',
      labelNames: ['table'],
      registers,
    }),
    errors: new Counter({
      name: 'vitalwire_cassandra_errors_total',
      help: 'Calls that failed after the retries of the driver; the caller of a write makes it again',
      labelNames: ['operation'],
      registers,
    }),
  };
}
