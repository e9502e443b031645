import type { Histogram } from 'hdr-histogram-js';
import { latencyHistogram, recordMs } from './tally.ts';

export const LATENCY_NAMES = ['puback', 'vitals', 'alert', 'schedule_late'] as const;
export type LatencyName = (typeof LATENCY_NAMES)[number];

/** One stretch of a run, a second at first; latencies in ms, null where nothing was measured in it. */
export interface SeriesPoint {
  /** Seconds from the start to its end. */
  at_s: number;
  /** A second, on average. */
  wanted: number;
  acknowledged: number;
  connected: number;
  waiting: number;
  puback_p50: number | null;
  puback_p99: number | null;
  vitals_p50: number | null;
  vitals_p99: number | null;
  alert_p50: number | null;
  alert_max: number | null;
  schedule_late_max: number | null;
}

/** Points kept: a soak of days has minutes for seconds. */
const POINTS_MAX = 1_200;

/** Latencies of a whole run, and by stretches of it. */
export class Series {
  readonly total: Readonly<Record<LatencyName, Histogram>> = {
    puback: latencyHistogram(),
    vitals: latencyHistogram(),
    alert: latencyHistogram(),
    schedule_late: latencyHistogram(),
  };
  readonly #current: Readonly<Record<LatencyName, Histogram>> = {
    puback: latencyHistogram(),
    vitals: latencyHistogram(),
    alert: latencyHistogram(),
    schedule_late: latencyHistogram(),
  };
  #points: SeriesPoint[] = [];

  record(name: LatencyName, ms: number): void {
    recordMs(this.total[name], ms);
    recordMs(this.#current[name], ms);
  }

  add(name: LatencyName, histogram: Histogram): void {
    this.total[name].add(histogram);
    this.#current[name].add(histogram);
  }

  get points(): readonly SeriesPoint[] {
    return this.#points;
  }

  /** Ends the stretch. */
  cut(point: Pick<SeriesPoint, 'at_s' | 'wanted' | 'acknowledged' | 'connected' | 'waiting'>): void {
    const { puback, vitals, alert, schedule_late } = this.#current;
    this.#points.push({
      ...point,
      puback_p50: at(puback, 50),
      puback_p99: at(puback, 99),
      vitals_p50: at(vitals, 50),
      vitals_p99: at(vitals, 99),
      alert_p50: at(alert, 50),
      alert_max: at(alert, 100),
      schedule_late_max: at(schedule_late, 100),
    });
    for (const histogram of Object.values(this.#current)) histogram.reset();
    if (this.#points.length > POINTS_MAX) this.#points = halved(this.#points);
  }
}

function at(histogram: Histogram, percentile: number): number | null {
  if (histogram.totalCount === 0) return null;
  return Math.min(histogram.maxValue, histogram.getValueAtPercentile(percentile)) / 1_000;
}

/** Two neighbours as one: rates by their mean, latencies by the worse, so that nothing is smoothed away. */
function halved(points: readonly SeriesPoint[]): SeriesPoint[] {
  const worse = (a: number | null, b: number | null): number | null =>
    a === null ? b : b === null ? a : Math.max(a, b);
  const pairs: SeriesPoint[] = [];
  for (let i = 0; i + 1 < points.length; i += 2) {
    const [a, b] = [points[i]!, points[i + 1]!];
    pairs.push({
      at_s: b.at_s,
      wanted: (a.wanted + b.wanted) / 2,
      acknowledged: (a.acknowledged + b.acknowledged) / 2,
      connected: b.connected,
      waiting: Math.max(a.waiting, b.waiting),
      puback_p50: worse(a.puback_p50, b.puback_p50),
      puback_p99: worse(a.puback_p99, b.puback_p99),
      vitals_p50: worse(a.vitals_p50, b.vitals_p50),
      vitals_p99: worse(a.vitals_p99, b.vitals_p99),
      alert_p50: worse(a.alert_p50, b.alert_p50),
      alert_max: worse(a.alert_max, b.alert_max),
      schedule_late_max: worse(a.schedule_late_max, b.schedule_late_max),
    });
  }
  return pairs;
}
