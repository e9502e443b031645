import { ROW_CELLS, unpackRow, type RawRow, type RowKey } from './raw-rows.ts';

const FIRST_ROWS = 1_024;
const NONE = -1;
const BEFORE_ALL: RowKey = [Number.NEGATIVE_INFINITY, -1];

/** The journal's rows in memory, in the order they came: numbers in one array that is used again, for the collector moves objects that wait. */
export class RawMemtable {
  #cells = new Float64Array(FIRST_ROWS * ROW_CELLS);
  /** Of each row the next of the same patient, or NONE. */
  #next = new Int32Array(FIRST_ROWS);
  readonly #oldest = new Map<number, number>();
  readonly #newest = new Map<number, number>();
  #rows = 0;
  #lastEntry = 0;

  get rows(): number {
    return this.#rows;
  }

  /** The id of the newest entry of the journal that is here. */
  get lastEntry(): number {
    return this.#lastEntry;
  }

  /** By their numbers. */
  get patients(): Iterable<number> {
    return this.#oldest.keys();
  }

  /** `cells`: any number of rows, as `packRow` writes them. */
  append(entry: number, cells: Float64Array): void {
    const rows = cells.length / ROW_CELLS;
    this.#makeRoom(rows);
    this.#cells.set(cells, this.#rows * ROW_CELLS);
    for (let i = 0; i < rows; i++) this.#link(cells[i * ROW_CELLS] as number, this.#rows++);
    this.#lastEntry = entry;
  }

  /** Those behind `after` and before `toMs`, in the order they came. Ends with the next `clear`. */
  *rowsOf(patient: number, after = BEFORE_ALL, toMs = Number.POSITIVE_INFINITY): Generator<RawRow> {
    for (const at of this.#cellsOf(patient, after, toMs)) yield unpackRow(this.#cells, at);
  }

  /** Their times, ms. */
  *momentsOf(patient: number, after: RowKey, toMs: number): Generator<number> {
    for (const at of this.#cellsOf(patient, after, toMs)) yield this.#cells[at + 1] as number;
  }

  /** Where their cells begin. */
  *#cellsOf(patient: number, [afterMs, afterDevice]: RowKey, toMs: number): Generator<number> {
    for (let i = this.#oldest.get(patient) ?? NONE; i !== NONE; i = this.#next[i] as number) {
      const at = i * ROW_CELLS;
      const atMs = this.#cells[at + 1] as number;
      const isBehind = atMs > afterMs || (atMs === afterMs && (this.#cells[at + 2] as number) > afterDevice);
      if (isBehind && atMs < toMs) yield at;
    }
  }

  clear(): void {
    this.#oldest.clear();
    this.#newest.clear();
    this.#rows = 0;
  }

  #link(patient: number, row: number): void {
    const before = this.#newest.get(patient);
    if (before === undefined) this.#oldest.set(patient, row);
    else this.#next[before] = row;
    this.#newest.set(patient, row);
    this.#next[row] = NONE;
  }

  #makeRoom(more: number): void {
    let room = this.#next.length;
    if (this.#rows + more <= room) return;
    while (room < this.#rows + more) room *= 2;
    const [cells, next] = [this.#cells, this.#next];
    this.#cells = new Float64Array(room * ROW_CELLS);
    this.#next = new Int32Array(room);
    this.#cells.set(cells);
    this.#next.set(next);
  }
}
