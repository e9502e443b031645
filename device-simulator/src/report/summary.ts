import type { Histogram } from 'hdr-histogram-js';
import type { Counts } from './tally.ts';

/** The end of a run as `--json` prints it: counts of readings, rates a second, times in milliseconds. */
export interface Summary {
  readonly devices: number;
  readonly duration_s: number;
  /** Readings the schedule made. */
  readonly made: number;
  /** Of these, sent at least once. */
  readonly sent: number;
  readonly acknowledged: number;
  /** Sendings beyond a reading's first. */
  readonly resent: number;
  readonly refused: number;
  /** Given up by a device whose memory was full. */
  readonly dropped: number;
  /** Neither acknowledged, nor refused, nor given up by the end. */
  readonly unacknowledged: number;
  readonly rate_wanted: number;
  readonly rate_acknowledged: number;
  /** From the time the schedule wanted the send; undefined where nothing was acknowledged. */
  readonly puback_ms: Percentiles | undefined;
  /** How late the simulator itself was: when this is large, the machine under it is what was measured. */
  readonly schedule_late_ms: Percentiles | undefined;
  readonly connections: {
    readonly made: number;
    readonly lost: number;
    readonly failed: number;
    readonly refused: number;
  };
  readonly last_trouble: string | undefined;
}

export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export function summarize(
  tally: Counts & { readonly pubackUs: Histogram; readonly lateUs: Histogram },
  run: { readonly devices: number; readonly elapsedMs: number; readonly rateWanted: number },
): Summary {
  const { made, sent, acknowledged, resent, refused, dropped } = tally;
  return {
    devices: run.devices,
    duration_s: Math.round(run.elapsedMs) / 1_000,
    made,
    sent,
    acknowledged,
    resent,
    refused,
    dropped,
    unacknowledged: made - acknowledged - refused - dropped,
    rate_wanted: run.rateWanted,
    rate_acknowledged: run.elapsedMs > 0 ? Math.round((acknowledged * 1e4) / run.elapsedMs) / 10 : 0,
    puback_ms: percentiles(tally.pubackUs),
    schedule_late_ms: percentiles(tally.lateUs),
    connections: {
      made: tally.connectionsMade,
      lost: tally.connectionsLost,
      failed: tally.connectionsFailed,
      refused: tally.connectionsRefused,
    },
    last_trouble: tally.lastTrouble,
  };
}

export function percentiles(histogram: Histogram): Percentiles | undefined {
  if (histogram.totalCount === 0) return undefined;
  const max = histogram.maxValue / 1_000;
  // The histogram answers with its bucket's upper edge, which can lie above the greatest value.
  const ms = (percentile: number): number =>
    Math.min(max, histogram.getValueAtPercentile(percentile) / 1_000);
  return { p50: ms(50), p90: ms(90), p99: ms(99), p999: ms(99.9), max };
}
