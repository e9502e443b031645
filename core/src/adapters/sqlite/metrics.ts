import { Counter, Gauge, Histogram, LATENCY_BUCKETS_S, type Registry } from '../../runtime/metrics.ts';

export type SqliteMetrics = ReturnType<typeof sqliteMetrics>;

export function sqliteMetrics(registry: Registry) {
  const registers = [registry];
  return {
    commitSeconds: new Histogram({
      name: 'vitalwire_sqlite_commit_seconds',
      help: 'One fsync of the write-ahead log, and with it everything written before.',
      buckets: LATENCY_BUCKETS_S,
      registers,
    }),
    commitJobs: new Histogram({
      name: 'vitalwire_sqlite_commit_jobs',
      help: 'Writes that shared one transaction.',
      buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000],
      registers,
    }),
    queued: new Gauge({
      name: 'vitalwire_sqlite_queued_jobs',
      help: 'Writes that waited when the last transaction began.',
      registers,
    }),
    failures: new Counter({
      name: 'vitalwire_sqlite_write_failures_total',
      help: 'Transactions that failed for want of disk and were tried again.',
      registers,
    }),
    checkpointSeconds: new Histogram({
      name: 'vitalwire_sqlite_checkpoint_seconds',
      help: 'Copying the write-ahead log into the database, off the main thread.',
      buckets: LATENCY_BUCKETS_S,
      registers,
    }),
    pauseSeconds: new Histogram({
      name: 'vitalwire_sqlite_pause_seconds',
      help: 'Writes held back while the write-ahead log was started over.',
      buckets: LATENCY_BUCKETS_S,
      registers,
    }),
  };
}
