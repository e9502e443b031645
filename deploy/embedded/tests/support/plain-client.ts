import { connectAsync, type MqttClient } from 'mqtt';
import { encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { NO_MARKS, type Reading } from '@vitalwire/core/vitals/reading.ts';
import { noVitals, type VitalValues } from '@vitalwire/core/vitals/vital.ts';
import { REGION, type TestDeployment } from './deployment.ts';

/** A bedside device with nothing of ours but the wire contract: a plain MQTT client. */
export interface PlainDevice {
  /** Resolves when the gateway acknowledged. */
  publish(measuredAtMs: number, vitals: Partial<VitalValues>): Promise<Reading>;
  close(): Promise<void>;
}

export async function plainDevice(
  deployment: Pick<TestDeployment, 'mqttUrl' | 'deviceToken'>,
  deviceId: string,
  patientId: string,
): Promise<PlainDevice> {
  const client: MqttClient = await connectAsync(deployment.mqttUrl, {
    clientId: deviceId,
    username: deviceId,
    password: await deployment.deviceToken(deviceId),
    reconnectPeriod: 0,
  });
  let sequence = 0;
  return {
    async publish(measuredAtMs, vitals) {
      const reading: Reading = {
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
      };
      const payload = Buffer.from(encodeReading(reading));
      await client.publishAsync(`vitals/v1/${REGION}/${deviceId}/readings`, payload, { qos: 1 });
      return reading;
    },
    // By force: what is still unacknowledged when a test is done was promised nothing.
    close: () => client.endAsync(true),
  };
}
