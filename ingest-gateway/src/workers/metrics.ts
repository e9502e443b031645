import { AggregatorRegistry, Counter, Gauge, type Registry } from '@vitalwire/core/runtime/metrics.ts';
import type { WorkerPool } from './worker-pool.ts';

/** What the process that keeps the workers tells of them. */
export function workerMetrics(registry: Registry, count: () => number): { readonly restarted: () => void } {
  const workers = new Gauge({
    name: 'vitalwire_gateway_workers',
    help: 'Workers of the gateway that are up.',
    registers: [],
    collect() {
      this.set(count());
    },
  });
  registry.registerMetric(workers);
  const restarts = new Counter({
    name: 'vitalwire_gateway_worker_restarts_total',
    help: 'Starts of a worker in the place of one that ended.',
    registers: [registry],
  });
  return { restarted: () => restarts.inc() };
}

/**
 * The metrics of all workers and of this process as those of one gateway: each by the rule that its declaration names, the sum where it
 * names none. Of what cannot be joined (when the process started), this process's own.
 */
export function metricsOfAll(
  registry: Registry,
  pool: Pick<WorkerPool, 'ask'>,
): Pick<Registry, 'metrics' | 'contentType'> {
  return {
    contentType: registry.contentType,
    async metrics() {
      const [own, workers] = await Promise.all([registry.getMetricsAsJSON(), pool.ask('metrics')]);
      const all = AggregatorRegistry.aggregate([own, ...workers.filter((answer) => answer !== undefined)]);
      for (const metric of own) {
        if (metric.aggregator !== 'omit') continue;
        all.registerMetric({ ...metric, get: () => Promise.resolve(metric) } as never);
      }
      return all.metrics();
    },
  };
}
