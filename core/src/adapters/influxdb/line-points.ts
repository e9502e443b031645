/** Vitals as InfluxDB's lines and rows: the data model's measurements, tags and fields, in one place. */
import { escape } from '@influxdata/influxdb-client';
import type { RawPoint, Tier, WindowPoint, WindowStatistics } from '../../ports/time-series.ts';
import type { Validity } from '../../vitals/quality.ts';
import type { Mode } from '../../vitals/reading.ts';
import { VITALS, noVitals, type VitalName } from '../../vitals/vital.ts';

export const RAW_MEASUREMENT = 'vitals';
export const WINDOW_MEASUREMENT = 'downsampled_vitals';

/** A pivoted row of a query: tags, fields and `_time` by name. */
export type Row = Readonly<Record<string, unknown>>;

/** Of each vital: its fields' names as they stand in a line, before their values. */
const FIELDS = VITALS.map((vital) => ({
  vital,
  value: `${vital}=`,
  validity: `${vital}_validity=`,
  min: `,${vital}_min=`,
  max: `,${vital}_max=`,
  count: `${vital}_count=`,
}));

/**
 * Lines of InfluxDB's protocol, made by hand: the client's points sort and escape each name of each line anew, which cost more than all
 * operators of the pipeline.
 *
 * Fields beyond the data model's: `<vital>_validity` where marked, `mode`, `clock_correction_ms` where a clock was corrected, `received_at_ms` where it came late. A mark stays
 * when the same moment is written again without it: doubt once stored is shown.
 */
export function rawToLine(raw: RawPoint): string {
  // The mode is always there, so that a reading of charted values alone is a point too.
  let line = `${RAW_MEASUREMENT},device_id=${tag(raw.deviceId)},patient_id=${tag(raw.patientId)},region=${tag(raw.region)} mode=${text(raw.mode)}`;
  for (const { vital, value, validity } of FIELDS) {
    const measured = raw.vitals[vital];
    if (measured !== undefined) line += `,${value}${float(measured)}`;
    const mark = raw.validity[vital];
    if (mark !== undefined) line += `,${validity}${text(mark)}`;
  }
  if (raw.clockCorrectionMs !== 0) line += `,clock_correction_ms=${raw.clockCorrectionMs}i`;
  if (raw.receivedAtMs !== undefined) line += `,received_at_ms=${raw.receivedAtMs}i`;
  return `${line} ${raw.atMs}`;
}

export function rowToRaw(row: Row): RawPoint {
  const vitals = noVitals();
  const validity: Partial<Record<VitalName, Validity>> = {};
  for (const vital of VITALS) {
    vitals[vital] = numberOf(row[vital]);
    const mark = row[`${vital}_validity`];
    if (typeof mark === 'string' && mark !== '') validity[vital] = mark as Validity;
  }
  const receivedAtMs = numberOf(row['received_at_ms']);
  return {
    patientId: String(row['patient_id']),
    deviceId: String(row['device_id']),
    region: String(row['region']),
    atMs: Date.parse(String(row['_time'])),
    vitals,
    validity,
    mode: row['mode'] as Mode,
    clockCorrectionMs: numberOf(row['clock_correction_ms']) ?? 0,
    ...(receivedAtMs === undefined ? {} : { receivedAtMs }),
  };
}

/**
 * A field that a point once had stays when the point is written again without it, so a vital without a usable value is written as a count
 * of 0: readers take its other fields for nothing.
 */
export function windowToLine(window: WindowPoint): string {
  const fields = FIELDS.map(({ vital, value, min, max, count }) => {
    const statistics = window.vitals[vital];
    if (!statistics) return `${count}0i`;
    const of = { mean: float(statistics.mean), min: float(statistics.min), max: float(statistics.max) };
    return `${value}${of.mean}${min}${of.min}${max}${of.max},${count}${statistics.count}i`;
  });
  const tags = `patient_id=${tag(window.patientId)},region=${tag(window.region)}`;
  return `${WINDOW_MEASUREMENT},${tags} ${fields.join(',')} ${window.startMs}`;
}

export function rowToWindow(tier: Tier, row: Row): WindowPoint {
  const vitals: Partial<Record<VitalName, WindowStatistics>> = {};
  for (const vital of VITALS) {
    const [mean, min, max] = [
      numberOf(row[vital]),
      numberOf(row[`${vital}_min`]),
      numberOf(row[`${vital}_max`]),
    ];
    const count = numberOf(row[`${vital}_count`]);
    if (mean === undefined || min === undefined || max === undefined || !count) continue;
    vitals[vital] = { mean, min, max, count };
  }
  return {
    tier,
    patientId: String(row['patient_id']),
    region: String(row['region']),
    startMs: Date.parse(String(row['_time'])),
    vitals,
  };
}

/** A pivoted column that a row lacks comes as null or as an empty string. */
function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

const SPECIAL_IN_TAG = /[\t\n\r ,=\\]/;

/** The client knows how to write what is unusual. */
const tag = (value: string): string => (SPECIAL_IN_TAG.test(value) ? escape.tag(value) : value);

/** Of modes and marks, which are words of ours. */
const text = (value: Mode | Validity): string => `"${value}"`;

/** @throws RangeError where InfluxDB would refuse the line, and with it the batch */
function float(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no value`);
  return String(value);
}
