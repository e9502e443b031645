import type { Registry } from './metrics.ts';

/**
 * A histogram without labels for what happens a hundred thousand times a second: an observation is one addition and a short search, a
 * tenth of prom-client's. Prometheus sees no difference.
 */
export class HotHistogram {
  readonly name: string;
  readonly help: string;
  readonly type = 'histogram';
  readonly aggregator = 'sum';
  readonly #buckets: readonly number[];
  /** Of each bucket alone; the last is beyond all. */
  readonly #counts: Float64Array;
  #sum = 0;

  constructor(options: {
    readonly name: string;
    readonly help: string;
    /** Upper bounds, ascending. */
    readonly buckets: readonly number[];
    readonly registry: Registry;
  }) {
    this.name = options.name;
    this.help = options.help;
    this.#buckets = options.buckets;
    this.#counts = new Float64Array(options.buckets.length + 1);
    options.registry.registerMetric(this as never);
  }

  observe(value: number): void {
    const buckets = this.#buckets;
    let at = 0;
    while (at < buckets.length && value > (buckets[at] as number)) at++;
    this.#counts[at]! += 1;
    this.#sum += value;
  }

  /** What prom-client asks of a metric. */
  async get(): Promise<object> {
    let count = 0;
    const values = [...this.#buckets, '+Inf'].map((le, at) => {
      count += this.#counts[at] as number;
      return { metricName: `${this.name}_bucket`, labels: { le }, value: count };
    });
    return {
      name: this.name,
      help: this.help,
      type: this.type,
      aggregator: this.aggregator,
      values: [
        ...values,
        { metricName: `${this.name}_sum`, labels: {}, value: this.#sum },
        { metricName: `${this.name}_count`, labels: {}, value: count },
      ],
    };
  }

  reset(): void {
    this.#counts.fill(0);
    this.#sum = 0;
  }
}
