import {
  flux,
  fluxDateTime,
  fluxInteger,
  fluxString,
  type InfluxDB,
  type ParameterizedQuery,
} from '@influxdata/influxdb-client';
import { PingAPI } from '@influxdata/influxdb-client-apis';
import type { RawPoint, SeriesRange, Tier, TimeSeries, WindowPoint } from '../../ports/time-series.ts';
import type { Clock } from '../../runtime/clock.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import { toIso } from '../../runtime/iso-time.ts';
import type { Logger } from '../../runtime/logger.ts';
import { UnderWay } from '../../runtime/under-way.ts';
import { BUCKETS, connectInflux, requireBuckets, type InfluxConnection } from './buckets.ts';
import { influxError, isBeyondRetention } from './influx-error.ts';
import {
  RAW_MEASUREMENT,
  WINDOW_MEASUREMENT,
  rawToLine,
  rowToRaw,
  rowToWindow,
  windowToLine,
  type Row,
} from './line-points.ts';
import type { InfluxMetrics } from './metrics.ts';
import { bytesOf, writeLines } from './write-lines.ts';

/** Lines of one request: InfluxDB's own recommendation, and about 1 MiB before gzip. */
const LINES_PER_REQUEST = 5_000;

export interface InfluxDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** `influxMetrics` */
  readonly metrics: InfluxMetrics;
}

/** The three tiers in InfluxDB 2. @throws VitalwireError `rejected` naming the setting or the missing buckets, `unavailable` */
export async function openInfluxTimeSeries(
  connection: InfluxConnection,
  deps: InfluxDeps,
): Promise<TimeSeries> {
  const series = influxTimeSeries(connection, deps);
  await requireBuckets(series.client, connection.org);
  return series;
}

/** The same without asking the server anything: for a component that must start while InfluxDB is away. */
export function influxTimeSeries(connection: InfluxConnection, deps: InfluxDeps): InfluxTimeSeries {
  return new InfluxTimeSeries(connectInflux(connection), connection.org, deps);
}

export class InfluxTimeSeries implements TimeSeries {
  readonly client: InfluxDB;
  readonly #org: string;
  readonly #deps: InfluxDeps;
  readonly #writes = new UnderWay();
  #closed = false;

  constructor(client: InfluxDB, org: string, deps: InfluxDeps) {
    this.client = client;
    this.#org = org;
    this.#deps = deps;
  }

  writeRaw(points: readonly RawPoint[]): Promise<void> {
    return this.#accept(() => this.#write(BUCKETS.raw, points, rawToLine));
  }

  writeWindows(windows: readonly WindowPoint[]): Promise<void> {
    return this.#accept(async () => {
      for (const tier of ['5m', '1h'] as const) {
        const ofTier = windows.filter((window) => window.tier === tier);
        await this.#write(BUCKETS[tier], ofTier, windowToLine);
      }
    });
  }

  async raw(range: SeriesRange): Promise<readonly RawPoint[]> {
    if (isEmpty(range)) return [];
    const rows = await this.#query(rangeQuery(BUCKETS.raw, RAW_MEASUREMENT, range));
    return rows.map(rowToRaw);
  }

  async windows(tier: Tier, range: SeriesRange): Promise<readonly WindowPoint[]> {
    if (isEmpty(range)) return [];
    const rows = await this.#query(rangeQuery(BUCKETS[tier], WINDOW_MEASUREMENT, range));
    return rows.map((row) => rowToWindow(tier, row));
  }

  async ping(): Promise<void> {
    try {
      await new PingAPI(this.client).getPing();
    } catch (error) {
      throw influxError(error);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writes.ended();
  }

  /** A call may take several requests; `close` waits for the last. */
  async #accept(write: () => Promise<void>): Promise<void> {
    if (this.#closed) throw new VitalwireError('closed', 'the time series is closed', { retriable: false });
    await this.#writes.run(write);
  }

  async #write<Point>(
    bucket: string,
    points: readonly Point[],
    toLine: (point: Point) => string,
  ): Promise<void> {
    for (let from = 0; from < points.length; from += LINES_PER_REQUEST) {
      const some = points.slice(from, from + LINES_PER_REQUEST);
      await this.#writeOnce(bucket, bytesOf(some, toLine), some.length);
    }
  }

  async #writeOnce(bucket: string, lines: Buffer, count: number): Promise<void> {
    const { clock, logger, metrics } = this.#deps;
    const startMs = clock.monotonic();
    try {
      await writeLines(this.client, this.#org, bucket, lines);
    } catch (error) {
      if (!isBeyondRetention(error)) {
        metrics.errors.inc({ operation: 'write' });
        throw influxError(error);
      }
      logger.info({ bucket, lines: count }, 'some points are older than their bucket keeps');
    } finally {
      metrics.writeSeconds.observe((clock.monotonic() - startMs) / 1000);
    }
    metrics.pointsWritten.inc({ bucket }, count);
  }

  async #query(query: ParameterizedQuery): Promise<Row[]> {
    const { clock, metrics } = this.#deps;
    const startMs = clock.monotonic();
    try {
      return await this.client.getQueryApi(this.#org).collectRows<Row>(query);
    } catch (error) {
      metrics.errors.inc({ operation: 'query' });
      throw influxError(error);
    } finally {
      metrics.querySeconds.observe((clock.monotonic() - startMs) / 1000);
    }
  }
}

/** Flux refuses such a range. */
const isEmpty = ({ fromMs, toMs, limit }: SeriesRange): boolean => fromMs >= toMs || limit < 1;

/** One row a moment and device, its fields as columns, oldest first. Pivoted series by series: fields differ in type. */
const rangeQuery = (bucket: string, measurement: string, range: SeriesRange): ParameterizedQuery =>
  flux`from(bucket: ${fluxString(bucket)})
  |> range(start: ${fluxDateTime(toIso(range.fromMs))}, stop: ${fluxDateTime(toIso(range.toMs))})
  |> filter(fn: (r) => r._measurement == ${fluxString(measurement)} and r.patient_id == ${fluxString(range.patientId)})
  |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
  |> group()
  |> sort(columns: ["_time"])
  |> limit(n: ${fluxInteger(range.limit)})`;
