import { Point } from '@influxdata/influxdb-client';
import { describe, expect, it } from 'vitest';
import type { RawPoint, WindowPoint } from '../../ports/time-series.ts';
import { VITALS, noVitals } from '../../vitals/vital.ts';
import { RAW_MEASUREMENT, WINDOW_MEASUREMENT, rawToLine, windowToLine } from './line-points.ts';

const raw = (over: Partial<RawPoint> = {}): RawPoint => ({
  patientId: 'P1',
  deviceId: 'D1',
  region: 'Northeast',
  atMs: Date.UTC(2026, 0, 1),
  vitals: { ...noVitals(), heartbeat: 80, temperature: 98.6, oxygen_saturation: 0.0001 },
  validity: {},
  mode: 'real',
  clockCorrectionMs: 0,
  ...over,
});

/** The line in its parts, its fields in one order: no reader cares which. */
function parts(line: string): readonly string[] {
  const [, series, fields, atMs] = /^((?:\\.|[^ \\])+) (.*) (\S+)$/.exec(line) ?? [];
  return [series ?? '', ...(fields ?? '').split(',').toSorted(), atMs ?? ''];
}

describe('a line of a reading is the one that the client’s point makes', () => {
  it.each([
    ['plain', raw()],
    ['nothing measured', raw({ vitals: noVitals() })],
    ['marked', raw({ validity: { heartbeat: 'invalid', temperature: 'questionable' }, mode: 'demo' })],
    ['corrected and late', raw({ clockCorrectionMs: -86_400_000, receivedAtMs: Date.UTC(2026, 0, 2) })],
    ['names with what has a meaning', raw({ patientId: 'P 1,a=b', deviceId: 'D\\1\n"', region: 'Nord Öst' })],
  ])('%s', (_, one) => {
    const point = new Point(RAW_MEASUREMENT)
      .tag('patient_id', one.patientId)
      .tag('device_id', one.deviceId)
      .tag('region', one.region)
      .stringField('mode', one.mode)
      .timestamp(one.atMs);
    for (const vital of VITALS) {
      if (one.vitals[vital] !== undefined) point.floatField(vital, one.vitals[vital]);
      if (one.validity[vital]) point.stringField(`${vital}_validity`, one.validity[vital]);
    }
    if (one.clockCorrectionMs !== 0) point.intField('clock_correction_ms', one.clockCorrectionMs);
    if (one.receivedAtMs !== undefined) point.intField('received_at_ms', one.receivedAtMs);
    expect(parts(rawToLine(one))).toEqual(parts(point.toLineProtocol() ?? ''));
  });

  it('and a value that is none is refused', () => {
    expect(() => rawToLine(raw({ vitals: { ...noVitals(), heartbeat: NaN } }))).toThrow(RangeError);
  });
});

it('a line of a window is the one that the client’s point makes', () => {
  const statistics = { mean: 80.123456789, min: 60, max: 1e-7, count: 300 };
  const window: WindowPoint = {
    tier: '5m',
    patientId: 'P 1',
    region: 'Northeast',
    startMs: Date.UTC(2026, 0, 1),
    vitals: { heartbeat: statistics },
  };
  const point = new Point(WINDOW_MEASUREMENT)
    .tag('patient_id', 'P 1')
    .tag('region', 'Northeast')
    .timestamp(window.startMs);
  for (const vital of VITALS) {
    if (vital !== 'heartbeat') point.intField(`${vital}_count`, 0);
  }
  point
    .floatField('heartbeat', statistics.mean)
    .floatField('heartbeat_min', statistics.min)
    .floatField('heartbeat_max', statistics.max)
    .intField('heartbeat_count', statistics.count);
  expect(parts(windowToLine(window))).toEqual(parts(point.toLineProtocol() ?? ''));
});
