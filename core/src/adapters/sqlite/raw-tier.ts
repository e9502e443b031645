import type { StatementSync } from 'node:sqlite';
import type { RawPoint } from '../../ports/time-series.ts';
import { VITALS } from '../../vitals/vital.ts';
import type { Names } from './names.ts';
import type { Session } from './port-session.ts';
import { RawMemtable } from './raw-memtable.ts';
import { ROW_CELLS, mergePoints, packRow, type RawRow, type RowKey } from './raw-rows.ts';

/** Rows of one entry of the journal. */
const ENTRY_ROWS = 1_000;
/** A patient's rows of so long are written to their page together, once, and not each of them. */
const FLUSH_PERIOD_MS = 10_000;
/** Half of the period: a flush is spread so that no transaction feels it, and is over before the next. */
const FLUSH_MS = 5_000;
/** From so many rows on, whoever writes more waits until those before are moved. */
const MEMTABLE_ROWS = 131_072;
/** Rows of one transaction: some 0.2 ms of the event loop, and 4. */
const STEP_ROWS_MIN = 64;
const STEP_ROWS_MAX = 1_024;
const STEP_ENTRIES = 64;

export interface RowPage {
  /** Oldest first. */
  readonly rows: readonly RawRow[];
  /** Nothing of the range is behind it. */
  readonly isLast: boolean;
}

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
  /** Given away once in a process: an id that came again would be removed with those before it. */
  #nextEntry = 1;
  #flushing: Promise<void> | undefined;
  /** Who has to wait for room. */
  #waiting = 0;
  #stopping = false;
  readonly #cancel: () => void;

  constructor(database: Session, names: Names) {
    this.#database = database;
    this.#names = names;
    const columns = `patient, at_ms, device, region, ${VITALS.join(', ')}, validity, mode, clock_correction_ms, received_at_ms`;
    const values = columns.replaceAll(/\w+/g, '?');
    this.#insertEntry = database.prepare('INSERT INTO raw_journal (id, rows) VALUES (?, ?)');
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
      this.#nextEntry = Number(id) + 1;
    }
    this.#cancel = database.clock.every(FLUSH_PERIOD_MS, () => this.#flushOrLog());
  }

  /** Durable once resolved. @throws VitalwireError `rejected` for a point without a moment */
  async write(points: readonly RawPoint[]): Promise<void> {
    const names: string[] = [];
    for (const { patientId, deviceId, region } of points) names.push(patientId, deviceId, region);
    await this.#names.ensure(names);
    for (let i = 0; i < points.length; i += ENTRY_ROWS) await this.#append(points.slice(i, i + ENTRY_ROWS));
  }

  /** A patient's rows behind `after` and before `toMs`, `maxRows` of them at most. Within a read of the database. */
  page(patient: number, after: RowKey, toMs: number, maxRows: number): RowPage {
    const moved = this.#page.all(patient, ...after, toMs, maxRows) as unknown as RawRow[];
    const isFull = moved.length === maxRows;
    const reachMs = isFull ? (moved.at(-1)?.[1] ?? 0) + 1 : toMs;
    const memtables = [this.#leaving, this.#filling];
    const moments = memtables.flatMap((memtable) => [...memtable.momentsOf(patient, after, reachMs)]);
    if (moments.length === 0) return { rows: moved, isLast: !isFull };
    // Before the first that cannot be in this page: a patient may have a hundred thousand of them there.
    const endMs =
      moments.length > maxRows ? (Float64Array.from(moments).sort()[maxRows] as number) + 1 : reachMs;
    const rows = new Map<string, RawRow>();
    for (const row of moved) if (row[1] < endMs) rows.set(nameOf(row), row);
    for (const memtable of memtables) {
      for (const row of memtable.rowsOf(patient, after, endMs)) {
        const stored = rows.get(nameOf(row));
        rows.set(nameOf(row), stored ? mergePoints(stored, row) : row);
      }
    }
    const sorted = [...rows.values()].sort((a, b) => a[1] - b[1] || a[2] - b[2]);
    return { rows: sorted.slice(0, maxRows), isLast: !isFull && endMs === toMs && sorted.length <= maxRows };
  }

  /** Moves what had come by the call to where it belongs, or goes on with a flush that is under way; otherwise done by the clock. */
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
    const cells = new Float64Array(points.length * ROW_CELLS);
    for (const [i, point] of points.entries()) packRow(point, this.#names, cells, i * ROW_CELLS);
    while (this.#filling.rows >= MEMTABLE_ROWS && !this.#stopping) await this.#makeRoom();
    const entry = this.#nextEntry++;
    const bytes = new Uint8Array(cells.buffer);
    await this.#database.write(
      () => void this.#insertEntry.run(entry, bytes),
      'bulk',
      () => this.#filling.append(entry, cells),
    );
  }

  /** There is room as soon as a flush begins: waited for is only the one before. */
  async #makeRoom(): Promise<void> {
    if (!this.#flushing && this.#leaving.rows === 0) return this.#flushOrLog();
    this.#waiting++;
    try {
      await this.flush();
    } finally {
      this.#waiting--;
    }
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
    const { clock } = this.#database;
    const dueMs = clock.monotonic() + FLUSH_MS;
    let left = leaving.rows;
    let stepRows = STEP_ROWS_MIN;
    let step: RawRow[] = [];
    for (const patient of leaving.patients) {
      for (const row of leaving.rowsOf(patient)) {
        step.push(row);
        if (step.length < stepRows) continue;
        const startedMs = clock.monotonic();
        await this.#put(step);
        if (this.#stopping) return;
        left -= step.length;
        step = [];
        const nowMs = clock.monotonic();
        stepRows = rowsAStep(left, nowMs - startedMs, this.#waiting > 0 ? 0 : dueMs - nowMs);
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

/** How many rows a step must take so that all that are left are moved in time, where a step takes as long as the last did. */
function rowsAStep(left: number, stepMs: number, timeLeftMs: number): number {
  const steps = Math.max(1, timeLeftMs / Math.max(0.1, stepMs));
  return Math.min(STEP_ROWS_MAX, Math.max(STEP_ROWS_MIN, Math.ceil(left / steps)));
}

const nameOf = (row: RawRow): string => `${row[1]} ${row[2]}`;

/** Of a blob, which may lie anywhere in its buffer: cells must be aligned. */
const cellsOf = (bytes: Uint8Array): Float64Array => new Float64Array(bytes.slice().buffer);
