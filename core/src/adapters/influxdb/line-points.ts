/** Vitals as InfluxDB points and rows: the data model's measurements, tags and fields, in one place. */
import { Point } from '@influxdata/influxdb-client';
import type { RawPoint, Tier, WindowPoint, WindowStatistics } from '../../ports/time-series.ts';
import type { Validity } from '../../vitals/quality.ts';
import type { Mode } from '../../vitals/reading.ts';
import { VITALS, noVitals, type VitalName } from '../../vitals/vital.ts';

export const RAW_MEASUREMENT = 'vitals';
export const WINDOW_MEASUREMENT = 'downsampled_vitals';

/** A pivoted row of a query: tags, fields and `_time` by name. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Fields beyond the data model's: `<vital>_validity` where marked, `mode`, `clock_correction_ms` where a clock was corrected, `received_at_ms` where it came late. A mark stays
 * when the same moment is written again without it: doubt once stored is shown.
 */
export function rawToPoint(raw: RawPoint): Point {
  const point = new Point(RAW_MEASUREMENT)
    .tag('patient_id', raw.patientId)
    .tag('device_id', raw.deviceId)
    .tag('region', raw.region)
    // Always there, so that a reading of charted values alone is a point too.
    .stringField('mode', raw.mode)
    .timestamp(raw.atMs);
  for (const vital of VITALS) {
    const value = raw.vitals[vital];
    if (value !== undefined) point.floatField(vital, value);
    const mark = raw.validity[vital];
    if (mark !== undefined) point.stringField(`${vital}_validity`, mark);
  }
  if (raw.clockCorrectionMs !== 0) point.intField('clock_correction_ms', raw.clockCorrectionMs);
  if (raw.receivedAtMs !== undefined) point.intField('received_at_ms', raw.receivedAtMs);
  return point;
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
export function windowToPoint(window: WindowPoint): Point {
  const point = new Point(WINDOW_MEASUREMENT)
    .tag('patient_id', window.patientId)
    .tag('region', window.region)
    .timestamp(window.startMs);
  for (const vital of VITALS) {
    const statistics = window.vitals[vital];
    if (!statistics) {
      point.intField(`${vital}_count`, 0);
      continue;
    }
    point
      .floatField(vital, statistics.mean)
      .floatField(`${vital}_min`, statistics.min)
      .floatField(`${vital}_max`, statistics.max)
      .intField(`${vital}_count`, statistics.count);
  }
  return point;
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
