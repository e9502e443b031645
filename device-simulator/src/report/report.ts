import type { Verdict } from '../ledger/verdict.ts';
import type { Series, SeriesPoint } from './series.ts';
import { judgeSlo, type Objective, type ObjectiveResult } from './slo.ts';
import { percentiles, type Percentiles, type Summary } from './summary.ts';
import { formatActual, formatCount } from './text.ts';

/** Everything a run found out, as `--json` prints it: the summary of the readings, and what was held against the deployment. */
export interface Report extends Summary {
  readonly title: string;
  readonly started_at: string;
  readonly machine: {
    readonly cpus: number;
    readonly cpu: string;
    readonly memory_gib: number;
    readonly node: string;
  };
  readonly workers: number;
  /** Of the tester's own process, all threads, at the end. */
  readonly tester_memory_mib: number;
  /** What connecting and running the fleet added; null where it is too small to tell from the process itself. */
  readonly tester_memory_kib_per_device: number | null;
  readonly faults: Readonly<Record<string, number>>;
  readonly vitals_ms: Percentiles | undefined;
  /** Beyond the configured delay: from when the reading that completes it was due. */
  readonly alert_ms: Percentiles | undefined;
  readonly stations: StationsReport | null;
  /** null without --api: then nothing but PUBACKs was seen. */
  readonly verdict: Verdict | null;
  readonly slo: readonly ObjectiveResult[];
  readonly series: readonly SeriesPoint[];
  /** Where the ledger was kept, if it was. */
  readonly ledger: string | null;
}

export interface StationsReport {
  readonly count: number;
  readonly frames: number;
  readonly vitals: number;
  readonly alerts: number;
  readonly reconnects: number;
  readonly not_monitoring_s: number;
  readonly last_trouble: string | null;
}

/** Judges the objectives by what a report otherwise holds. */
export function objectivesOf(
  objectives: readonly Objective[],
  series: Series,
  found: { readonly summary: Summary; readonly verdict: Verdict | undefined },
): ObjectiveResult[] {
  const { summary, verdict } = found;
  return judgeSlo(objectives, (metric) => {
    const match = /^(puback|vitals|alert|schedule_late)_(p50|p90|p99|p999|max)$/.exec(metric);
    if (match) {
      const [, name, quantile] = match;
      return percentiles(series.total[name as 'puback'])?.[quantile as 'p50'];
    }
    switch (metric) {
      case 'lost':
        return verdict && (verdict.stores?.lost ?? 0) + verdict.alerts.lost;
      case 'duplicated':
        return verdict && (verdict.stores?.duplicated ?? 0) + verdict.alerts.doubled;
      case 'unexplained':
        return verdict && (verdict.stores?.unexplained ?? 0) + verdict.alerts.unexplained;
      case 'late':
        return verdict?.alerts.late;
      case 'out_of_order':
        return verdict?.out_of_order;
      case 'unacknowledged':
        return summary.unacknowledged;
      case 'refused':
        return summary.refused;
      case 'rate':
        return summary.rate_acknowledged;
      default:
        return undefined;
    }
  });
}

/** What makes it a failure, a line each. */
export function failuresOf(
  report: Pick<Report, 'made' | 'dropped' | 'refused' | 'unacknowledged' | 'verdict' | 'slo'>,
): readonly string[] {
  const { dropped, refused, unacknowledged } = report;
  const counts: [number, string][] = [
    [unacknowledged, 'not acknowledged'],
    [refused, 'refused'],
    [dropped, 'given up, for a device\u2019s memory was full'],
  ];
  return [
    ...counts.flatMap(([count, what]) =>
      count > 0 ? [`${formatCount(count)} of ${formatCount(report.made)} readings were ${what}`] : [],
    ),
    ...(report.verdict?.promises ?? []).flatMap(({ promise, broken, checked }) =>
      broken > 0 ? [`broken ${formatCount(broken)} times of ${formatCount(checked)}: ${promise}`] : [],
    ),
    ...report.slo.flatMap(({ text, actual, is_met }) =>
      is_met ? [] : [`objective ${text} was missed: ${formatActual(text, actual)}`],
    ),
  ];
}

/** 1 where a reading was not acknowledged, a promise was broken or an objective not met. */
export const exitCodeOfReport = (report: Report): 0 | 1 => (failuresOf(report).length === 0 ? 0 : 1);
