import { encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { NO_MARKS } from '@vitalwire/core/vitals/reading.ts';
import { noVitals, type VitalValues } from '@vitalwire/core/vitals/vital.ts';
import { REGION, type Deployment } from './deployment.ts';
import { connectMqtt, type MqttConnection } from './mqtt-connection.ts';

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

/** Connects devices, a hundred at a time. `onPuback` is told the milliseconds since the reading was due. */
export async function connectFleet(
  deployment: Deployment,
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

async function connectDevice(
  deployment: Deployment,
  index: number,
  onPuback: (device: LoadDevice, latencyMs: number) => void,
): Promise<LoadDevice> {
  const deviceId = `BENCH-${index}`;
  const patientId = `B${index}`;
  const due = new Map<number, number>();
  let sequence = 0;
  let closed = false;
  const connection: MqttConnection = await connectMqtt({
    host: '127.0.0.1',
    port: deployment.mqttPort,
    clientId: deviceId,
    password: await deployment.deviceToken(deviceId),
    topic: `vitals/v1/${REGION}/${deviceId}/readings`,
    onPuback(packetId) {
      const dueMs = due.get(packetId);
      if (dueMs === undefined)
        throw new Error(`${deviceId}: a PUBACK for ${packetId}, which nobody waits for`);
      due.delete(packetId);
      onPuback(device, performance.now() - dueMs);
    },
    onEnd(reason) {
      if (!closed) throw new Error(`${deviceId}: the connection ended: ${reason}`);
    },
  });
  const device: LoadDevice = {
    patientId,
    get unacknowledged() {
      return due.size;
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
      due.set(connection.publish(payload), dueMs);
    },
    close() {
      closed = true;
      connection.close();
    },
  };
  return device;
}
