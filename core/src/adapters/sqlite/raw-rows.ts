import type { RawPoint } from '../../ports/time-series.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import { VALIDITIES, isUsable, type Validity } from '../../vitals/quality.ts';
import { MODES } from '../../vitals/plain-reading.ts';
import { NO_MARKS, type Mode } from '../../vitals/reading.ts';
import { VITALS, forEachVital, type VitalName } from '../../vitals/vital.ts';
import type { Names } from './names.ts';

/** A row of raw_points in the order of its columns; the vitals in the order of `VITALS`. */
export type RawRow = [
  patient: number,
  atMs: number,
  device: number,
  region: number,
  heartbeat: number | null,
  systolic: number | null,
  diastolic: number | null,
  temperature: number | null,
  saturation: number | null,
  respiration: number | null,
  validity: string | null,
  mode: string,
  clockCorrectionMs: number,
  receivedAtMs: number | null,
];

/** Names a patient's row. */
export type RowKey = readonly [atMs: number, device: number];

const FIRST_VITAL = 4;
const VALIDITY = 10;

type Marks = Partial<Record<VitalName, Validity>>;

const marksOf = (row: RawRow): Marks =>
  row[VALIDITY] === null ? NO_MARKS : (JSON.parse(row[VALIDITY]) as Marks);

function encodeMarks(marks: Marks): string | null {
  for (const _ in marks) return JSON.stringify(marks);
  return null;
}

/**
 * A row as numbers: its columns, NaN for null; of the validity two bits a vital, of the mode its place in `MODES`. So it is stored in
 * the journal: what reads these must go on reading them.
 */
export const ROW_CELLS = 14;

/** Writes the point's row at `start` of the cells. @throws VitalwireError `rejected` for one that no row can hold */
export function packRow(point: RawPoint, names: Names, cells: Float64Array, start: number): void {
  const { vitals } = point;
  if (!Number.isFinite(point.atMs) || !Number.isFinite(point.clockCorrectionMs)) {
    throw new VitalwireError('rejected', 'a raw point without a moment', { retriable: false });
  }
  cells[start] = names.idOf(point.patientId) ?? 0;
  cells[start + 1] = point.atMs;
  cells[start + 2] = names.idOf(point.deviceId) ?? 0;
  cells[start + 3] = names.idOf(point.region) ?? 0;
  let column = start + FIRST_VITAL;
  for (const vital of VITALS) cells[column++] = vitals[vital] ?? Number.NaN;
  cells[start + VALIDITY] = packMarks(point.validity);
  cells[start + 11] = MODES.indexOf(point.mode);
  cells[start + 12] = point.clockCorrectionMs;
  cells[start + 13] = point.receivedAtMs ?? Number.NaN;
}

export function unpackRow(cells: Float64Array, start: number): RawRow {
  const cell = (column: number): number => cells[start + column] as number;
  const orNull = (column: number): number | null => (Number.isNaN(cell(column)) ? null : cell(column));
  return [
    cell(0),
    cell(1),
    cell(2),
    cell(3),
    orNull(4),
    orNull(5),
    orNull(6),
    orNull(7),
    orNull(8),
    orNull(9),
    cell(VALIDITY) === 0 ? null : encodeMarks(unpackMarks(cell(VALIDITY))),
    MODES[cell(11)] as Mode,
    cell(12),
    orNull(13),
  ];
}

function packMarks(marks: Marks): number {
  let packed = 0;
  if (marks === NO_MARKS) return packed;
  for (const [i, vital] of VITALS.entries()) {
    packed |= VALIDITIES.indexOf(marks[vital] ?? 'valid') << (2 * i);
  }
  return packed;
}

function unpackMarks(packed: number): Marks {
  const marks: Marks = {};
  for (const [i, vital] of VITALS.entries()) {
    const validity = VALIDITIES[(packed >> (2 * i)) & 3] as Validity;
    if (validity !== 'valid') marks[vital] = validity;
  }
  return marks;
}

export function pointOf(row: RawRow, names: Names): RawPoint {
  return {
    patientId: names.nameOf(row[0]),
    atMs: row[1],
    deviceId: names.nameOf(row[2]),
    region: names.nameOf(row[3]),
    vitals: forEachVital((vital) => (row[FIRST_VITAL + VITALS.indexOf(vital)] as number | null) ?? undefined),
    validity: marksOf(row),
    mode: row[11] as Mode,
    clockCorrectionMs: row[12],
    ...(row[13] === null ? {} : { receivedAtMs: row[13] }),
  };
}

/** The same point, written again: the newest value, with its mark, of each vital that either gave. */
export function mergePoints(stored: RawRow, given: RawRow): RawRow {
  const merged: RawRow = [...given];
  const [older, newer] = [marksOf(stored), marksOf(given)];
  const marks: Marks = {};
  for (const [i, vital] of VITALS.entries()) {
    const column = FIRST_VITAL + i;
    const wasGiven = given[column] !== null || !isUsable(newer[vital] ?? 'valid');
    if (!wasGiven) (merged as unknown[])[column] = stored[column];
    const mark = wasGiven ? newer[vital] : older[vital];
    if (mark) marks[vital] = mark;
  }
  merged[VALIDITY] = encodeMarks(marks);
  return merged;
}
