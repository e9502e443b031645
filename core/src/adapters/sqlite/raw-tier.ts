import type { StatementSync } from 'node:sqlite';
import type { RawPoint } from '../../ports/time-series.ts';
import { VITALS } from '../../vitals/vital.ts';
import type { Names } from './names.ts';
import type { Session } from './port-session.ts';
import { RawMemtable } from './raw-memtable.ts';
import { ROW_CELLS, mergePoints, packRow, type RawRow } from './raw-rows.ts';

/** Rows of one entry of the journal. */
const ENTRY_ROWS = 1_000;
/** A patient's rows of so long are written to their page together, once, and not each of them. */
const FLUSH_PERIOD_MS = 10_000;
/** Memory holds twice as many at most; who writes faster than they can be flushed waits. */
const MEMTABLE_ROWS = 131_072;
/** A flush is spread over many transactions, so that it is felt in none. */
const FLUSH_STEPS = 1_000;
const STEP_ROWS_MIN = 64;
const STEP_ENTRIES = 64;

/** Where a page of rows ends. */
export type RowKey = readonly [atMs: number, device: number];

/**
 * Raw points, as a log-structured merge tree keeps them. A patient's lie together in raw_points, in the order of time; written there one
 * by one, with thousands of patients, each would cost a page of 4 KiB. So they are written as they come, to raw_journal, and are durable
 * with that; memory has them as well, for those who read; every ten seconds they are moved to where they belong, patient by patient.
 * Moved twice, as after a crash between, they are the same.
 */
export class RawTier {
  readonly #database: Session;
  readonly #names: Names;
  readonly #insertEntry: StatementSync;
  readonly #removeEntries: StatementSync;
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #replace: StatementSync;
  readonly #page: StatementSync;
  /** Takes what comes. */
  #filling = new RawMemtable();
  /** On its way to raw_points; empty between two flushes, unless the last failed. */
  #leaving = new RawMemtable();
  #flushing: Promise<void> | undefined;
  #stopping = false;
  readonly #cancel: () => void;

  constructor(database: Session, names: Names) {
    this.#database = database;
    this.#names = names;
    const columns = `patient, at_ms, device, region, ${VITALS.join(', ')}, validity, mode, clock_correction_ms, received_at_ms`;
    const values = columns.replaceAll(/\w+/g, '?');
    this.#insertEntry = database.prepare('INSERT INTO raw_journal (rows) VALUES (?)');
    this.#removeEntries = database.prepare(
      'DELETE FROM raw_journal WHERE id IN (SELECT id FROM raw_journal WHERE id <= ? ORDER BY id LIMIT ?)',
    );
    this.#insert = database.prepare(`INSERT OR IGNORE INTO raw_points (${columns}) VALUES (${values})`);
    this.#replace = database.prepare(`REPLACE INTO raw_points (${columns}) VALUES (${values})`);
    this.#select = database.prepare(
      `SELECT ${columns} FROM raw_points WHERE patient = ? AND at_ms = ? AND device = ?`,
    );
    this.#page = database.prepare(
      `SELECT ${columns} FROM raw_points
       WHERE patient = ? AND (at_ms, device) > (?, ?) AND at_ms < ? ORDER BY at_ms, device LIMIT ?`,
    );
    this.#select.setReturnArrays(true);
    this.#page.setReturnArrays(true);
    for (const { id, rows } of database.prepare('SELECT id, rows FROM raw_journal ORDER BY id').iterate()) {
      this.#filling.append(Number(id), cellsOf(rows as Uint8Array));
    }
    this.#cancel = database.clock.every(FLUSH_PERIOD_MS, () => this.#flushOrLog());
  }

  /** Durable once resolved. */
  async write(points: readonly RawPoint[]): Promise<void> {
    const names: string[] = [];
    for (const { patientId, deviceId, region } of points) names.push(patientId, deviceId, region);
    await this.#names.ensure(names);
    for (let i = 0; i < points.length; i += ENTRY_ROWS) await this.#append(points.slice(i, i + ENTRY_ROWS));
  }

  /** A patient's rows behind `after` and before `toMs`, oldest first. Within a read of the database. */
  page(patient: number, after: RowKey, toMs: number, maxRows: number): readonly RawRow[] {
    const rows = this.#page.all(patient, ...after, toMs, maxRows) as unknown as RawRow[];
    const merged = new Map(rows.map((row) => [`${row[1]} ${row[2]}`, row]));
    for (const memtable of [this.#leaving, this.#filling]) {
      for (const row of memtable.rowsOf(patient, after[0], toMs)) {
        if (!isBehind(row, after)) continue;
        const key = `${row[1]} ${row[2]}`;
        const stored = merged.get(key);
        merged.set(key, stored ? mergePoints(stored, row) : row);
      }
    }
    return [...merged.values()].sort((a, b) => a[1] - b[1] || a[2] - b[2]).slice(0, maxRows);
  }

  /** Moves what has come to where it belongs; otherwise done by the clock. */
  flush(): Promise<void> {
    return (this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined;
    }));
  }

  /** Nobody waits for a flush any more; resolves when the one under way has stopped. What is left is in the journal. */
  async close(): Promise<void> {
    this.#stopping = true;
    this.#cancel();
    await this.#flushing?.catch(() => undefined);
  }

  async #append(points: readonly RawPoint[]): Promise<void> {
    while (this.#filling.rows >= MEMTABLE_ROWS && !this.#stopping) await this.flush();
    const cells = new Float64Array(points.length * ROW_CELLS);
    for (const [i, point] of points.entries()) packRow(point, this.#names, cells, i * ROW_CELLS);
    const bytes = new Uint8Array(cells.buffer);
    await this.#database.write(
      () => Number(this.#insertEntry.run(bytes).lastInsertRowid),
      'bulk',
      (entry) => this.#filling.append(entry, cells),
    );
  }

  #flushOrLog(): void {
    this.flush().catch((error: unknown) => {
      this.#database.logger.error({ err: error }, 'raw points were not moved; they stay in the journal');
    });
  }

  async #flush(): Promise<void> {
    if (this.#stopping) return;
    if (this.#leaving.rows === 0) [this.#leaving, this.#filling] = [this.#filling, this.#leaving];
    const leaving = this.#leaving;
    if (leaving.rows === 0) return;
    const stepRows = Math.max(STEP_ROWS_MIN, Math.ceil(leaving.rows / FLUSH_STEPS));
    let step: RawRow[] = [];
    for (const patient of leaving.patients) {
      for (const row of leaving.rowsOf(patient)) {
        step.push(row);
        if (step.length < stepRows) continue;
        await this.#put(step);
        step = [];
        if (this.#stopping) return;
      }
    }
    await this.#put(step);
    for (let removed = STEP_ENTRIES; removed === STEP_ENTRIES;) {
      removed = await this.#database.write(
        () => Number(this.#removeEntries.run(leaving.lastEntry, STEP_ENTRIES).changes),
        'bulk',
      );
    }
    leaving.clear();
  }

  async #put(rows: readonly RawRow[]): Promise<void> {
    if (rows.length === 0) return;
    await this.#database.write(() => {
      for (const row of rows) this.#putOne(row);
    }, 'bulk');
  }

  #putOne(row: RawRow): void {
    if (Number(this.#insert.run(...row).changes) > 0) return;
    const [patient, atMs, device] = row;
    const stored = this.#select.get(patient, atMs, device) as unknown as RawRow;
    this.#replace.run(...mergePoints(stored, row));
  }
}

const isBehind = (row: RawRow, [atMs, device]: RowKey): boolean =>
  row[1] > atMs || (row[1] === atMs && row[2] > device);

/** Of a blob, which may lie anywhere in its buffer: cells must be aligned. */
const cellsOf = (bytes: Uint8Array): Float64Array => new Float64Array(bytes.slice().buffer);
