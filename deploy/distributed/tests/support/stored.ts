import { InfluxDB, flux } from '@influxdata/influxdb-client';
import { expect } from 'vitest';
import { eventually } from '@vitalwire/core/testing/eventually.ts';
import type { StationSocket } from '../../../embedded/tests/support/station-socket.ts';
import type { AlertFrame } from '../../../embedded/tests/support/station-socket.ts';
import type { Bedside } from './bedside.ts';
import { testEnvironment } from './cluster.ts';

/** Moments of a patient's raw points, Unix ms, oldest first, by Flux. */
export async function storedMoments(patientId: string): Promise<number[]> {
  const { INFLUX_URL: url = '', INFLUX_TOKEN: token = '', INFLUX_ORG: org = 'hospital' } = testEnvironment();
  const rows = await new InfluxDB({ url, token }).getQueryApi(org).collectRows<{ _time: string }>(
    flux`from(bucket: "recent_data") |> range(start: -1h)
      |> filter(fn: (r) => r._measurement == "vitals" and r.patient_id == ${patientId} and r._field == "heartbeat")
      |> keep(columns: ["_time", "_value"]) |> sort(columns: ["_time"])`,
  );
  return rows.map((row) => Date.parse(row._time));
}

/** Waits until every acknowledged reading of the devices is stored, and sees that it is so once. */
export async function expectStored(devices: readonly Bedside[]): Promise<void> {
  for (const device of devices) {
    const expected = [...device.acknowledged].sort((a, b) => a - b);
    await eventually(async () => {
      const stored = await storedMoments(device.patientId);
      expect(new Set(stored).size).toBe(stored.length);
      expect(expected.filter((atMs) => !stored.includes(atMs))).toEqual([]);
    });
  }
}

/** How often each patient's saturation alert was raised, as a station saw it. */
export function raisedBy(station: StationSocket, patientId: string): string[] {
  return station.frames.flatMap((frame) => {
    if (frame.type !== 'alert') return [];
    const { alert } = frame as AlertFrame;
    return alert.event === 'raised' &&
      alert.type === 'low_oxygen_saturation' &&
      alert.patient_id === patientId
      ? [alert.id]
      : [];
  });
}
