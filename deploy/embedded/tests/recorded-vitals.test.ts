import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import { eventually, getAll, startTestDeployment, type TestDeployment } from './support/deployment.ts';
import { plainDevice } from './support/plain-client.ts';
import { recording, type Row } from './support/recording.ts';
import { stationSocket, type AlertFrame, type StationSocket } from './support/station-socket.ts';

const FIVE_MINUTES_MS = 300_000;

type Point = { at: string } & Partial<Record<string, number | string>>;

/** Publishes every row of a recording as if it had just been measured, one second apart; resolves once all are acknowledged. */
async function publishRecording(deployment: TestDeployment, name: string, startMs: number): Promise<Row[]> {
  const rows = recording(name);
  const device = await plainDevice(deployment, `MON-${name}`, name);
  const measured = rows.filter((row) => VITALS.some((vital) => row[vital as keyof Row] !== undefined));
  await Promise.all(measured.map(({ second, ...vitals }) => device.publish(startMs + second * 1000, vitals)));
  await device.close();
  return measured;
}

/** Straight from the rows, in two passes: nothing shared with what it is held against. */
function meansOf(
  rows: readonly Row[],
  startMs: number,
  vital: 'heartbeat' | 'respiratory_rate' | 'oxygen_saturation',
): Map<string, { mean: number; min: number; max: number; count: number }> {
  const windows = new Map<string, number[]>();
  for (const row of rows) {
    const value = row[vital];
    if (value === undefined) continue;
    const atMs = startMs + row.second * 1000;
    const window = new Date(atMs - (atMs % FIVE_MINUTES_MS)).toISOString();
    windows.set(window, [...(windows.get(window) ?? []), value]);
  }
  return new Map(
    [...windows].map(([window, values]) => [
      window,
      {
        mean: values.reduce((sum, value) => sum + value, 0) / values.length,
        min: Math.min(...values),
        max: Math.max(...values),
        count: values.length,
      },
    ]),
  );
}

describe('recorded vitals, from a plain MQTT client to the nurse', () => {
  let deployment: TestDeployment;
  let station: StationSocket;
  const endMs = Math.floor(Date.now() / 1000) * 1000;
  const startMs = endMs - 480_000;
  /** The start of a recording whose last 5-minute window has just closed. */
  const closedStartMs = endMs - (endMs % FIVE_MINUTES_MS) - 600_000;

  beforeAll(async () => {
    deployment = await startTestDeployment();
    station = await stationSocket(deployment.httpUrl, {
      token: await deployment.staffToken(),
      regions: ['Northeast'],
    });
    await station.next((frame) => frame.type === 'snapshot');
  });
  afterAll(async () => {
    station.close();
    await deployment.stop();
  });

  it.each(['bidmc_01', 'bidmc_13'])('keeps each acknowledged reading of %s exactly once', async (name) => {
    const rows = await publishRecording(deployment, name, closedStartMs);
    const query = `/api/patients/${name}/vitals?from=${new Date(closedStartMs - 2000).toISOString()}&to=${new Date(endMs + 2000).toISOString()}&resolution=raw`;
    const points = await eventually(
      () => getAll<Point>(query, (path) => deployment.get(path)),
      (found) => found.length >= rows.length,
    );
    const expected = rows.map((row) => ({
      ...row,
      second: undefined,
      at: new Date(closedStartMs + row.second * 1000).toISOString(),
    }));
    const stored = points.map(({ at, heartbeat, respiratory_rate, oxygen_saturation }) => ({
      at,
      heartbeat,
      respiratory_rate,
      oxygen_saturation,
    }));
    expect(stored).toEqual(expected);
    expect(points.every((point) => point['device_id'] === `MON-${name}`)).toBe(true);
  });

  it.each(['heartbeat', 'respiratory_rate', 'oxygen_saturation'] as const)(
    'has the 5-minute %s that the CSV gives',
    async (vital) => {
      const expected = meansOf(recording('bidmc_01'), closedStartMs, vital);
      const query = `/api/patients/bidmc_01/vitals?from=${new Date(closedStartMs - FIVE_MINUTES_MS).toISOString()}&to=${new Date(endMs + 2000).toISOString()}&resolution=5m`;
      const field = (point: Point, name: string): number => point[name] as number;
      const complete = (points: Point[]): boolean =>
        points.reduce((sum, point) => sum + Number(point[`${vital}_count`] ?? 0), 0) ===
        [...expected.values()].reduce((sum, { count }) => sum + count, 0);
      const points = await eventually(
        () => getAll<Point>(query, (path) => deployment.get(path)),
        complete,
        20_000,
      );
      const measured = points.filter((point) => point[vital] !== undefined);
      expect(measured.map((point) => point.at)).toEqual([...expected.keys()]);
      for (const point of measured) {
        const { mean, min, max, count } = expected.get(point.at)!;
        expect(field(point, vital)).toBeCloseTo(mean, 9);
        expect([
          field(point, `${vital}_min`),
          field(point, `${vital}_max`),
          field(point, `${vital}_count`),
        ]).toEqual([min, max, count]);
      }
    },
    30_000,
  );

  it('raises the alert of a sustained desaturation on the WebSocket, in the API and in the store, once', async () => {
    const type: `low_${Exclude<VitalName, 'heartbeat'>}` = 'low_oxygen_saturation';
    await publishRecording(deployment, 'bidmc_32', startMs);
    const isRaised = (frame: { type: string }): boolean => {
      const { alert } = frame as AlertFrame;
      return (
        frame.type === 'alert' &&
        alert.patient_id === 'bidmc_32' &&
        alert.type === type &&
        alert.event === 'raised'
      );
    };
    const { alert } = await station.next<AlertFrame>(isRaised);
    expect(alert).toMatchObject({ status: 'pending', priority: 'medium', threshold: 90 });
    const open = await deployment.get<{ items: AlertFrame['alert'][] }>(
      `/api/alerts?patient=bidmc_32&region=Northeast`,
    );
    expect(open.items.filter((item) => item.type === type).map((item) => item.id)).toEqual([alert.id]);
    const stored = await deployment.get<{ id: string; history: { event: string }[] }>(
      `/api/alerts/${alert.id}`,
    );
    expect(stored.history[0]?.event).toBe('raised');
    expect(station.frames.filter(isRaised)).toHaveLength(1);
  });
});
