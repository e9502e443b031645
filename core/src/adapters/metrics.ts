import { Gauge, type Registry } from '../runtime/metrics.ts';

/** What a component tells of the engines it uses. They are asked at each scrape: an engine is as it is now, not as it was. */
export function engineMetrics(
  registry: Registry,
  answering: () => Promise<ReadonlyMap<string, boolean>>,
): { readonly up: Gauge<'dependency'> } {
  const up = new Gauge({
    name: 'vitalwire_dependency_up',
    help: 'Whether an engine answers this process: 1, or 0 where it refuses or takes more than two seconds',
    labelNames: ['dependency'] as const,
    // Where several processes tell it as one, an engine is up for all or it is not.
    aggregator: 'min',
    registers: [registry],
    async collect() {
      for (const [dependency, isUp] of await answering()) this.set({ dependency }, isUp ? 1 : 0);
    },
  });
  return { up };
}
