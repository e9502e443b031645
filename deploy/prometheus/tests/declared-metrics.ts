import { alertEngineMetrics } from '@vitalwire/alert-engine/metrics.ts';
import { cassandraMetrics } from '@vitalwire/core/adapters/cassandra/metrics.ts';
import { influxMetrics } from '@vitalwire/core/adapters/influxdb/metrics.ts';
import { kafkaMetrics } from '@vitalwire/core/adapters/kafka/metrics.ts';
import { directoryMetrics } from '@vitalwire/core/adapters/log/metrics.ts';
import { engineMetrics } from '@vitalwire/core/adapters/metrics.ts';
import { redisMetrics } from '@vitalwire/core/adapters/redis/metrics.ts';
import { createRegistry, type Registry } from '@vitalwire/core/runtime/metrics.ts';
import { settingsMetrics } from '@vitalwire/core/settings/metrics.ts';
import { createMetrics as gatewayMetrics } from '@vitalwire/ingest-gateway/metrics.ts';
import { processorMetrics } from '@vitalwire/stream-processors/metrics.ts';

/** A metric as Prometheus sees it: the name of its series, and the labels that its declaration has. */
export type DeclaredSeries = ReadonlyMap<string, ReadonlySet<string>>;

/** What the components of a distributed deployment export, from their own declarations. */
export async function declaredSeries(): Promise<DeclaredSeries> {
  const registry = createRegistry('test');
  gatewayMetrics(registry, {
    inflightBytes: () => 0,
    pausedConnections: () => 0,
    connections: () => 0,
    wrongClocks: () => 0,
  });
  processorMetrics(registry);
  alertEngineMetrics(registry);
  settingsMetrics(registry);
  kafkaMetrics(registry);
  directoryMetrics(registry);
  redisMetrics(registry);
  influxMetrics(registry);
  cassandraMetrics(registry);
  engineMetrics(registry, () => Promise.resolve(new Map()));
  return seriesOf(registry);
}

/** Labels that are not declared: the registry's own and those of the scrape. */
const LABELS_OF_ALL = ['component', 'job', 'instance'];

async function seriesOf(registry: Registry): Promise<DeclaredSeries> {
  const series = new Map<string, ReadonlySet<string>>([['up', new Set(LABELS_OF_ALL)]]);
  for (const { name, type, values } of await registry.getMetricsAsJSON()) {
    const metric = registry.getSingleMetric(name) as unknown as { labelNames?: readonly string[] };
    const labels = [
      ...LABELS_OF_ALL,
      ...(metric.labelNames ?? []),
      ...values.flatMap((v) => Object.keys(v.labels)),
    ];
    // prom-client's types say an enum of numbers, and its values are the names.
    if (String(type) !== 'histogram') series.set(name, new Set(labels));
    else {
      series.set(`${name}_bucket`, new Set([...labels, 'le']));
      series.set(`${name}_sum`, new Set(labels));
      series.set(`${name}_count`, new Set(labels));
    }
  }
  return series;
}
