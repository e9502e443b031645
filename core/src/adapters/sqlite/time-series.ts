import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StatementSync } from 'node:sqlite';
import type { RawPoint, SeriesRange, Tier, TimeSeries, WindowPoint } from '../../ports/time-series.ts';
import type { Cancel } from '../../runtime/clock.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import { UnderWay } from '../../runtime/under-way.ts';
import { PortSession, type Session } from './port-session.ts';
import { Names } from './names.ts';
import { pointOf, type RowKey } from './raw-rows.ts';
import { RawTier } from './raw-tier.ts';
import { expireTimeSeries } from './time-series-retention.ts';

/** Rows a transaction's job writes, and rows read before the event loop gets a turn. */
const WRITE_ROWS = 64;
const READ_ROWS = 512;
const RETENTION_PERIOD_MS = 600_000;

/** Vitals over time on SQLite: a patient's points lie together, in the order of time. */
export class SqliteTimeSeries implements TimeSeries {
  readonly #database: PortSession;
  readonly #names: Names;
  readonly #rawTier: RawTier;
  readonly #replaceWindow: StatementSync;
  readonly #pageWindows: StatementSync;
  readonly #cancel: Cancel;
  #retaining: Promise<void> | undefined;
  readonly #writing = new UnderWay();
  #stopping = false;

  /** Closing it does not close the database. */
  constructor(database: Session) {
    this.#database = new PortSession(database, 'time series');
    this.#names = new Names(database);
    this.#rawTier = new RawTier(this.#database, this.#names);
    this.#replaceWindow = database.prepare('REPLACE INTO window_points VALUES (?, ?, ?, ?, ?)');
    this.#pageWindows = database.prepare(
      `SELECT start_ms, region, vitals FROM window_points
       WHERE tier = ? AND patient = ? AND start_ms >= ? AND start_ms < ? ORDER BY start_ms LIMIT ?`,
    );
    this.#cancel = database.clock.every(RETENTION_PERIOD_MS, () => {
      this.retain().catch((error: unknown) => {
        database.logger.error({ err: error }, 'retention of the time series failed');
      });
    });
  }

  writeRaw(points: readonly RawPoint[]): Promise<void> {
    return this.#accept(() => this.#rawTier.write(points));
  }

  writeWindows(windows: readonly WindowPoint[]): Promise<void> {
    return this.#accept(() => this.#writeWindows(windows));
  }

  async raw(range: SeriesRange): Promise<readonly RawPoint[]> {
    const patient = this.#names.idOf(range.patientId);
    const points: RawPoint[] = [];
    if (patient === undefined) return points;
    let after: RowKey = [range.fromMs, -1];
    for (;;) {
      const size = Math.min(READ_ROWS, range.limit - points.length);
      const from = after;
      const { rows, isLast } = await this.#database.read(() =>
        this.#rawTier.page(patient, from, range.toMs, size),
      );
      for (const row of rows) points.push(pointOf(row, this.#names));
      const last = rows.at(-1);
      if (!last || isLast || points.length >= range.limit) return points;
      after = [last[1], last[2]];
      await nextTurn();
    }
  }

  async windows(tier: Tier, range: SeriesRange): Promise<readonly WindowPoint[]> {
    const patient = this.#names.idOf(range.patientId);
    const windows: WindowPoint[] = [];
    if (patient === undefined) return windows;
    for (let fromMs = range.fromMs; ;) {
      const size = Math.min(READ_ROWS, range.limit - windows.length);
      const rows = await this.#database.read(() =>
        this.#pageWindows.all(tier, patient, fromMs, range.toMs, size),
      );
      for (const row of rows) {
        windows.push({
          tier,
          patientId: range.patientId,
          region: this.#names.nameOf(Number(row['region'])),
          startMs: Number(row['start_ms']),
          vitals: JSON.parse(String(row['vitals'])) as WindowPoint['vitals'],
        });
      }
      if (rows.length < size || windows.length >= range.limit) return windows;
      fromMs = (windows.at(-1)?.startMs ?? 0) + 1;
      await nextTurn();
    }
  }

  /** Removes what is older than its tier is kept; otherwise done every ten minutes by the clock. */
  retain(): Promise<void> {
    return (this.#retaining ??= expireTimeSeries(this.#database, () => this.#stopping).finally(() => {
      this.#retaining = undefined;
    }));
  }

  /** Moves raw points to where their patient's lie; otherwise done every ten seconds by the clock. */
  flush(): Promise<void> {
    return this.#rawTier.flush();
  }

  ping(): Promise<void> {
    return this.#database.ping();
  }

  async close(): Promise<void> {
    this.#stopping = true;
    this.#cancel();
    await this.#retaining?.catch(() => undefined);
    await this.#rawTier.close();
    await this.#writing.ended();
    this.#database.close();
  }

  /** A write takes more than one step; `close` waits for the last. */
  async #accept(write: () => Promise<void>): Promise<void> {
    if (this.#stopping) throw new VitalwireError('closed', 'the time series is closed', { retriable: false });
    await this.#writing.run(write);
  }

  async #writeWindows(windows: readonly WindowPoint[]): Promise<void> {
    await this.#names.ensure(windows.flatMap(({ patientId, region }) => [patientId, region]));
    await this.#writeInSlices(windows, ({ tier, patientId, region, startMs, vitals }) => {
      const [patient = 0, regionId = 0] = [this.#names.idOf(patientId), this.#names.idOf(region)];
      this.#replaceWindow.run(tier, patient, startMs, regionId, JSON.stringify(vitals));
    });
  }

  async #writeInSlices<T>(rows: readonly T[], write: (row: T) => void): Promise<void> {
    const slices: Promise<void>[] = [];
    for (let i = 0; i < rows.length; i += WRITE_ROWS) {
      const slice = rows.slice(i, i + WRITE_ROWS);
      slices.push(
        this.#database.write(() => {
          for (const row of slice) write(row);
        }, 'bulk'),
      );
    }
    await Promise.all(slices);
  }
}
