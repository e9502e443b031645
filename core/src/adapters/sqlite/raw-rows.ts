import type { RawPoint } from '../../ports/time-series.ts';
import { isUsable, type Validity } from '../../vitals/quality.ts';
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

const FIRST_VITAL = 4;
const VALIDITY = 10;

type Marks = Partial<Record<VitalName, Validity>>;

const marksOf = (row: RawRow): Marks =>
  row[VALIDITY] === null ? NO_MARKS : (JSON.parse(row[VALIDITY]) as Marks);

function encodeMarks(marks: Marks): string | null {
  for (const _ in marks) return JSON.stringify(marks);
  return null;
}

export function rowOf(point: RawPoint, names: Names): RawRow {
  const { vitals } = point;
  return [
    names.idOf(point.patientId) ?? 0,
    point.atMs,
    names.idOf(point.deviceId) ?? 0,
    names.idOf(point.region) ?? 0,
    vitals.heartbeat ?? null,
    vitals.blood_pressure_systolic ?? null,
    vitals.blood_pressure_diastolic ?? null,
    vitals.temperature ?? null,
    vitals.oxygen_saturation ?? null,
    vitals.respiratory_rate ?? null,
    encodeMarks(point.validity),
    point.mode,
    point.clockCorrectionMs,
    point.receivedAtMs ?? null,
  ];
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
