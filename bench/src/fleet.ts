import { leanTransport } from '@vitalwire/device-simulator/device/lean-transport.ts';
import type { Transport } from '@vitalwire/device-simulator/device/transport.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { NO_MARKS } from '@vitalwire/core/vitals/reading.ts';
import { noVitals, type VitalValues } from '@vitalwire/core/vitals/vital.ts';
import { REGION, type Target } from './deployment.ts';

/** A device of the load: counts its readings, and knows when each that is not yet acknowledged was due. */
export interface LoadDevice {
  readonly patientId: string;
  /** `dueMs` is when the schedule wanted the reading out: what latency is counted from. */
  publish(measuredAtMs: number, dueMs: number, vitals: Partial<VitalValues>): void;
  readonly unacknowledged: number;
  close(): void;
}

export interface Fleet {
  readonly devices: readonly LoadDevice[];
  readonly acknowledged: () => number;
  close(): void;
}

/**
 * Connects devices, a hundred at a time. They keep nothing, resend nothing and foretell nothing, unlike the load tester's (`BedsideDevice`): what
 * is measured here is the deployment, on cores that the load would otherwise take. `onPuback` is told the milliseconds since the reading was due.
 */
export async function connectFleet(
  deployment: Target,
  count: number,
  onPuback: (device: LoadDevice, latencyMs: number) => void,
): Promise<Fleet> {
  let acknowledged = 0;
  const devices: LoadDevice[] = [];
  for (let from = 0; from < count; from += 100) {
    const batch = Array.from({ length: Math.min(100, count - from) }, (_, i) =>
      connectDevice(deployment, from + i, (device, latencyMs) => {
        acknowledged++;
        onPuback(device, latencyMs);
      }),
    );
    devices.push(...(await Promise.all(batch)));
  }
  return {
    devices,
    acknowledged: () => acknowledged,
    close: () => devices.forEach((device) => device.close()),
  };
}

const connect = leanTransport(systemClock);
const CONNECT_TIMEOUT_MS = 10_000;
const KEEPALIVE_S = 60;

async function connectDevice(
  deployment: Target,
  index: number,
  onPuback: (device: LoadDevice, latencyMs: number) => void,
): Promise<LoadDevice> {
  const deviceId = `BENCH-${index}`;
  const patientId = `B${index}`;
  const topic = `vitals/v1/${REGION}/${deviceId}/readings`;
  const token = await deployment.deviceToken(deviceId);
  let unacknowledged = 0;
  let sequence = 0;
  let closed = false;
  const connection = await new Promise<Transport>((resolve, reject) => {
    const opened = connect(
      {
        url: `mqtt://127.0.0.1:${deployment.mqttPort}`,
        deviceId,
        token,
        will: undefined,
        keepaliveS: KEEPALIVE_S,
        connectTimeoutMs: CONNECT_TIMEOUT_MS,
      },
      {
        onConnected: () => resolve(opened),
        onClosed({ reason }) {
          const error = new Error(`${deviceId}: the connection ended: ${reason}`);
          reject(error);
          if (sequence > 0 && !closed) throw error;
        },
      },
    );
  });
  const device: LoadDevice = {
    patientId,
    get unacknowledged() {
      return unacknowledged;
    },
    publish(measuredAtMs, dueMs, vitals) {
      const payload = encodeReading({
        deviceId,
        patientId,
        region: REGION,
        bootId: 1,
        sequence: ++sequence,
        measuredAtMs,
        mode: 'real',
        vitals: { ...noVitals(), ...vitals },
        validity: NO_MARKS,
        supplementalOxygen: undefined,
        consciousness: 'unknown',
        batteryPercent: undefined,
      });
      unacknowledged++;
      connection.publish({ topic, payload, retain: false }, () => {
        unacknowledged--;
        onPuback(device, performance.now() - dueMs);
      });
    },
    close() {
      closed = true;
      connection.drop();
    },
  };
  return device;
}
