import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signDeviceToken } from '@vitalwire/core/identity/token.ts';
import type { Reading } from '@vitalwire/core/vitals/reading.ts';
import { REGION, eventually, getAll, getJson } from './support/deployment.ts';
import { plainDevice, type PlainDevice } from './support/plain-client.ts';
import { startProcess, type VitalwireProcess } from './support/process.ts';

const DEVICES = 25;
const PER_DEVICE_HZ = 20;
const DEVICE_JWT_SECRET = 'd'.repeat(32);

interface StoredAlert {
  readonly id: string;
  readonly type: string;
}

describe('kill -9', () => {
  let dataDir: string;
  let vitalwire: VitalwireProcess | undefined;
  const environment = (): Record<string, string> => ({ DATA_DIR: dataDir, DEVICE_JWT_SECRET });

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'vitalwire-kill-'));
  });
  afterEach(async () => {
    await vitalwire?.end('SIGKILL');
    rmSync(dataDir, { recursive: true });
  });

  const get = <T>(path: string): Promise<T> =>
    getJson<T>(`${vitalwire!.httpUrl}${path}`, vitalwire!.staffToken);
  /** Of what the devices measure: on a machine that is busy enough they fall silent too, which is told as well. */
  const openDesaturations = async (): Promise<readonly string[]> =>
    (await get<{ items: StoredAlert[] }>('/api/alerts?status=pending')).items
      .filter(({ type }) => type === 'low_oxygen_saturation')
      .map(({ id }) => id)
      .toSorted();

  async function connect(): Promise<PlainDevice[]> {
    const tokens = {
      mqttUrl: vitalwire!.mqttUrl,
      deviceToken: (deviceId: string) => signDeviceToken({ deviceId, region: REGION }, DEVICE_JWT_SECRET),
    };
    return Promise.all(Array.from({ length: DEVICES }, (_, i) => plainDevice(tokens, `MON-${i}`, `P${i}`)));
  }

  /** Every fifth patient desaturates. Publishes on a schedule until told to stop; what was acknowledged, by patient. */
  function load(devices: readonly PlainDevice[], acknowledged: Map<string, Reading[]>): { stop(): void } {
    const startMs = Date.now();
    let slot = 0;
    const timer = setInterval(() => {
      for (; slot < ((Date.now() - startMs) * PER_DEVICE_HZ) / 1000; slot++) {
        const measuredAtMs = startMs + (slot * 1000) / PER_DEVICE_HZ;
        for (const [i, device] of devices.entries()) {
          device
            .publish(measuredAtMs, { heartbeat: 60 + (slot % 20), oxygen_saturation: i % 5 === 0 ? 75 : 97 })
            .then(
              (reading) =>
                acknowledged.set(reading.patientId, [
                  ...(acknowledged.get(reading.patientId) ?? []),
                  reading,
                ]),
              // Cut off by the kill: not acknowledged, so nothing was promised.
              () => {},
            );
        }
      }
    }, 10);
    return { stop: () => clearInterval(timer) };
  }

  it('loses and doubles nothing that was acknowledged at 500 readings/s, nor an open alert', async () => {
    vitalwire = await startProcess(environment());
    const acknowledged = new Map<string, Reading[]>();
    const devices = await connect();
    const publishing = load(devices, acknowledged);
    const before = await eventually(openDesaturations, (alerts) => alerts.length === DEVICES / 5);
    await sleep(500);
    await vitalwire.end('SIGKILL');
    publishing.stop();
    await Promise.all(devices.map((device) => device.close()));

    vitalwire = await startProcess(environment());
    expect(await openDesaturations()).toEqual(before);
    let total = 0;
    for (const [patientId, readings] of acknowledged) {
      total += readings.length;
      const query = `/api/patients/${patientId}/vitals?from=${new Date(readings[0]!.measuredAtMs - 1000).toISOString()}&to=${new Date().toISOString()}&resolution=raw`;
      const expected = readings.map((reading) => new Date(reading.measuredAtMs).toISOString());
      const points = await eventually(
        () => getAll<{ at: string }>(query, get),
        (found) => found.length >= expected.length,
      );
      const stored = points.map((point) => point.at);
      expect(new Set(stored).size).toBe(stored.length);
      expect(stored).toEqual(expect.arrayContaining(expected));
    }
    expect(total).toBeGreaterThan(2_000);
  });

  it('drains and ends within five seconds on Ctrl-C, and the next start goes on', async () => {
    vitalwire = await startProcess(environment());
    const acknowledged = new Map<string, Reading[]>();
    const devices = await connect();
    const publishing = load(devices, acknowledged);
    await sleep(1_000);
    const asked = Date.now();
    expect(await vitalwire.end('SIGINT')).toBe(0);
    expect(Date.now() - asked).toBeLessThan(5_000);
    publishing.stop();
    await Promise.all(devices.map((device) => device.close()));
    vitalwire = await startProcess(environment());
    const readings = acknowledged.get('P1') ?? [];
    const query = `/api/patients/P1/vitals?from=${new Date(readings[0]!.measuredAtMs - 1000).toISOString()}&to=${new Date().toISOString()}&resolution=raw`;
    const stored = await eventually(
      () => getAll<{ at: string }>(query, get),
      (found) => found.length >= readings.length,
    );
    expect(stored.map((point) => point.at)).toEqual(
      expect.arrayContaining(readings.map((reading) => new Date(reading.measuredAtMs).toISOString())),
    );
  });

  it('refuses wrong settings with one line each and exit code 2', async () => {
    await expect(
      startProcess({ ...environment(), MQTT_PORT: 'x', STAFF_JWT_SECRET: 'short' }),
    ).rejects.toThrow(/ended with 2 before it was up:\nMQTT_PORT: .*\nSTAFF_JWT_SECRET: /);
  });
});
