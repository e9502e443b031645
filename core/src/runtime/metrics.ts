import { Registry, collectDefaultMetrics } from 'prom-client';

export { AggregatorRegistry, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A registry with the process's own figures (CPU, heap, event-loop lag); each component declares its metrics on it in one file. */
export function createRegistry(component: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ component });
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Seconds, from a fifth of a millisecond to ten seconds: fine enough for a PUBACK, wide enough for a stall. */
export const LATENCY_BUCKETS_S = [
  0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
