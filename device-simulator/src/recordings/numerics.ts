import { noVitals, type VitalName, type VitalValues } from '@vitalwire/core/vitals/vital.ts';

/** One second of a recording. */
export interface NumericsRow {
  readonly timeS: number;
  readonly vitals: Readonly<VitalValues>;
}

export interface Recording {
  /** The file's name without `_Numerics.csv`. */
  readonly name: string;
  /** By time, at least one. */
  readonly rows: readonly NumericsRow[];
}

/** The file is not numerics; the message names the recording and the line. */
export class RecordingError extends Error {
  override readonly name = 'RecordingError';
}

const TIME_COLUMN = 'Time [s]';
const VITAL_COLUMNS: Readonly<Record<string, VitalName>> = {
  HR: 'heartbeat',
  SpO2: 'oxygen_saturation',
  RESP: 'respiratory_rate',
};

/**
 * Reads the text of a `*_Numerics.csv` of the BIDMC dataset: names after the first begin with a space, `NaN` is missing, columns that
 * are no vital of ours (PULSE) are passed over.
 * @throws RecordingError
 */
export function parseNumerics(name: string, text: string): Recording {
  const [header = '', ...lines] = text.trimEnd().split(/\r?\n/);
  const columns = header.split(',').map((column) => column.trim());
  const timeColumn = columns.indexOf(TIME_COLUMN);
  if (timeColumn < 0) throw new RecordingError(`${name}: line 1 has no column "${TIME_COLUMN}"`);
  if (!columns.some((column) => column in VITAL_COLUMNS)) {
    throw new RecordingError(`${name}: line 1 has none of ${Object.keys(VITAL_COLUMNS).join(', ')}`);
  }
  if (lines.length === 0) throw new RecordingError(`${name}: has no rows`);

  const rows: NumericsRow[] = [];
  for (const [index, line] of lines.entries()) {
    const row = parseRow(line, columns, timeColumn);
    if (typeof row === 'string') throw new RecordingError(`${name}: line ${index + 2}: ${row}`);
    const previous = rows.at(-1);
    if (previous && row.timeS <= previous.timeS) {
      throw new RecordingError(`${name}: line ${index + 2}: time does not go forward`);
    }
    rows.push(row);
  }
  return { name, rows };
}

/** The row, or what is wrong with it. */
function parseRow(line: string, columns: readonly string[], timeColumn: number): NumericsRow | string {
  const cells = line.split(',').map((cell) => cell.trim());
  if (cells.length !== columns.length) return `${cells.length} cells, expected ${columns.length}`;
  const timeS = parseNumber(cells[timeColumn]);
  if (timeS === undefined || Number.isNaN(timeS)) return 'the time is not a number';
  const vitals = noVitals();
  for (const [index, column] of columns.entries()) {
    const vital = VITAL_COLUMNS[column];
    if (vital === undefined) continue;
    const value = parseNumber(cells[index]);
    if (value === undefined) return `${column} is "${cells[index]}", neither a number nor NaN`;
    vitals[vital] = Number.isNaN(value) ? undefined : value;
  }
  // The files say "-0" for the first second.
  return { timeS: timeS + 0, vitals };
}

/** NaN where the cell says NaN, undefined where it is no number. */
function parseNumber(cell: string | undefined): number | undefined {
  if (cell === 'NaN') return Number.NaN;
  const value = cell === undefined || cell === '' ? Number.NaN : Number(cell);
  return Number.isFinite(value) ? value : undefined;
}
