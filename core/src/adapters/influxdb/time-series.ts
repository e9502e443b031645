import {
  InfluxDB,
  flux,
  fluxDateTime,
  fluxExpression,
  fluxInteger,
  fluxString,
  type ParameterizedQuery,
  type Point,
} from '@influxdata/influxdb-client';
import { PingAPI } from '@influxdata/influxdb-client-apis';
import type { RawPoint, SeriesRange, Tier, TimeSeries, WindowPoint } from '../../ports/time-series.ts';
import type { Clock } from '../../runtime/clock.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import { toIso } from '../../runtime/iso-time.ts';
import type { Logger } from '../../runtime/logger.ts';
import { retry } from '../../runtime/retry.ts';
import { BUCKETS, ensureBuckets } from './buckets.ts';
import { influxError } from './influx-error.ts';
import {
  RAW_MEASUREMENT,
  WINDOW_MEASUREMENT,
  rawToPoint,
  rowToRaw,
  rowToWindow,
  windowToPoint,
  type Row,
} from './line-points.ts';

export interface InfluxOptions {
  readonly url: string;
  readonly token: string;
  readonly org: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
}

/** Lines of one request: InfluxDB's own recommendation, and about 1 MiB before gzip. */
const LINES_PER_REQUEST = 5_000;
const TIMEOUT_MS = 30_000;

/** Opens the three tiers in InfluxDB 2, creating their buckets. @throws VitalwireError `rejected` naming the setting, `unavailable` */
export async function openInfluxTimeSeries(options: InfluxOptions): Promise<TimeSeries> {
  const client = new InfluxDB({ url: options.url, token: options.token, timeout: TIMEOUT_MS });
  await ensureBuckets(client, options.org);
  return new InfluxTimeSeries(client, options);
}

class InfluxTimeSeries implements TimeSeries {
  readonly #client: InfluxDB;
  readonly #options: InfluxOptions;
  readonly #closing = new AbortController();
  readonly #writes = new Set<Promise<void>>();

  constructor(client: InfluxDB, options: InfluxOptions) {
    this.#client = client;
    this.#options = options;
  }

  writeRaw(points: readonly RawPoint[]): Promise<void> {
    return this.#write(BUCKETS.raw, points.map(rawToPoint));
  }

  async writeWindows(windows: readonly WindowPoint[]): Promise<void> {
    for (const tier of ['5m', '1h'] as const) {
      const points = windows.filter((window) => window.tier === tier).map(windowToPoint);
      if (points.length > 0) await this.#write(BUCKETS[tier], points);
    }
  }

  async raw(range: SeriesRange): Promise<readonly RawPoint[]> {
    const rows = await this.#query(
      rangeQuery(BUCKETS.raw, RAW_MEASUREMENT, ['_time', 'device_id', 'region', 'patient_id'], range),
    );
    return rows.map(rowToRaw);
  }

  async windows(tier: Tier, range: SeriesRange): Promise<readonly WindowPoint[]> {
    const rows = await this.#query(
      rangeQuery(BUCKETS[tier], WINDOW_MEASUREMENT, ['_time', 'region', 'patient_id'], range),
    );
    return rows.map((row) => rowToWindow(tier, row));
  }

  async ping(): Promise<void> {
    try {
      await new PingAPI(this.#client).getPing();
    } catch (error) {
      throw influxError(error);
    }
  }

  async close(): Promise<void> {
    // What was accepted is stored if the server answers; a server that is away does not hold up the stop.
    this.#closing.abort();
    await Promise.allSettled(this.#writes);
  }

  async #write(bucket: string, points: readonly Point[]): Promise<void> {
    if (this.#closing.signal.aborted)
      throw new VitalwireError('closed', 'the time series was closed', { retriable: false });
    const writing = this.#writeAll(bucket, points);
    this.#writes.add(writing);
    try {
      await writing;
    } finally {
      this.#writes.delete(writing);
    }
  }

  async #writeAll(bucket: string, points: readonly Point[]): Promise<void> {
    for (let from = 0; from < points.length; from += LINES_PER_REQUEST) {
      const batch = points.slice(from, from + LINES_PER_REQUEST);
      await retry(() => this.#writeOnce(bucket, batch), {
        clock: this.#options.clock,
        signal: this.#closing.signal,
        random: this.#options.random,
        firstPauseMs: 100,
        maxPauseMs: 5_000,
        onRetry: (error, attempt, pauseMs) =>
          this.#options.logger.warn(
            { err: error, attempt, pause_ms: Math.round(pauseMs), bucket },
            'writing again',
          ),
      });
    }
  }

  async #writeOnce(bucket: string, points: readonly Point[]): Promise<void> {
    // The client's own retries are bounded and then drop; ours are not, so its are off. Nothing leaves before the flush below.
    const api = this.#client.getWriteApi(this.#options.org, bucket, 'ms', {
      batchSize: LINES_PER_REQUEST + 1,
      maxBatchBytes: 64 << 20,
      flushInterval: 0,
      maxRetries: 0,
      gzipThreshold: 1_000,
      // Hands the error to the flush below; without it the client would log it and say no more.
      writeFailed: (error) => Promise.reject(error),
    });
    let failure: unknown;
    try {
      api.writePoints([...points]);
      await api.flush();
    } catch (error) {
      failure = error;
    }
    await api.close().catch(() => {});
    if (failure !== undefined) throw influxError(failure);
  }

  async #query(query: ParameterizedQuery): Promise<Row[]> {
    try {
      return await this.#client.getQueryApi(this.#options.org).collectRows<Row>(query);
    } catch (error) {
      throw influxError(error);
    }
  }
}

/** One row a moment (and device), its fields as columns, oldest first. */
function rangeQuery(
  bucket: string,
  measurement: string,
  rowKey: readonly string[],
  range: SeriesRange,
): ParameterizedQuery {
  const keys = rowKey.map((key) => `"${key}"`).join(', ');
  return flux`from(bucket: ${fluxString(bucket)})
  |> range(start: ${fluxDateTime(toIso(range.fromMs))}, stop: ${fluxDateTime(toIso(range.toMs))})
  |> filter(fn: (r) => r._measurement == ${fluxString(measurement)} and r.patient_id == ${fluxString(range.patientId)})
  |> group()
  |> pivot(rowKey: [${fluxExpression(keys)}], columnKey: ["_field"], valueColumn: "_value")
  |> sort(columns: ["_time"])
  |> limit(n: ${fluxInteger(range.limit)})`;
}
