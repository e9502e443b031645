import { afterEach, beforeEach, expect, test } from 'vitest';
import type { IClientOptions, MqttClient } from 'mqtt';
import {
  openDevice,
  openWard,
  readingBytes,
  statesOf,
  statusBytes,
  token,
  topicOf,
  until,
  type Ward,
} from './ward.ts';

let ward: Ward;
beforeEach(async () => {
  ward = await openWard({ maxPayloadBytes: 50_000 });
});
afterEach(async () => {
  await ward.gateway.stop();
});

const open = (deviceId: string, options: IClientOptions = {}): Promise<MqttClient> =>
  openDevice(ward, deviceId, { protocolVersion: 5, ...options });

test('a device that speaks MQTT 5 publishes at every QoS, properties or not, and is acknowledged', async () => {
  const device = await open('d1', { properties: { sessionExpiryInterval: 60 } });
  const properties = { contentType: 'application/x-protobuf', userProperties: { a: 'b' } };
  for (const qos of [0, 1, 2] as const) {
    await device.publishAsync(topicOf('d1'), readingBytes('d1', qos + 1), { qos, properties });
  }
  await until(() => ward.log.of('vitals.readings').length === 3, 'the readings');
  expect(await device.subscribeAsync(topicOf('d1', 'commands'), { qos: 1 })).toMatchObject([{ qos: 1 }]);
  await expect(device.subscribeAsync('#')).rejects.toMatchObject({ packet: { granted: [0x87] } });
  await device.unsubscribeAsync([topicOf('d1', 'commands'), 'other']);
  await device.endAsync();
  await until(() => statesOf(ward.log, 'd1').at(-1) === 'dead', 'goodbye');
});

test('it is refused with the reason codes of MQTT 5', async () => {
  await expect(open('d1', { password: await token('d2') })).rejects.toMatchObject({ code: 0x87 });
  await expect(open('a/b')).rejects.toMatchObject({ code: 0x85 });
});

test('its will speaks when it wants it to, and when its socket goes', async () => {
  const will = {
    topic: topicOf('d1', 'status'),
    payload: statusBytes('d1', { state: 'dead' }),
    qos: 1 as const,
  };
  const device = await open('d1', { will });
  await device.publishAsync(topicOf('d1', 'status'), statusBytes('d1'), { qos: 1, retain: true });
  device.stream.destroy();
  await until(() => statesOf(ward.log, 'd1').length === 3, 'the will');
  expect(statesOf(ward.log, 'd1')).toEqual(['connected', 'born', 'dead']);

  // Another boot's will is not taken for this one's: what the end was called tells whether the will was asked for.
  const other = { ...will, payload: statusBytes('d1', { state: 'dead', bootId: 8 }) };
  const leaving = await open('d1', { will: other });
  await leaving.publishAsync(topicOf('d1', 'status'), statusBytes('d1'), { qos: 1 });
  await leaving.endAsync(false, { reasonCode: 0x04 });
  await until(() => statesOf(ward.log, 'd1').length === 6, 'the end');
  expect(statesOf(ward.log, 'd1').slice(3)).toEqual(['connected', 'born', 'lost']);
});

test('it is told how long a packet may be; a longer one closes the connection', async () => {
  const device = await open('d1');
  const closed = new Promise((resolve) => void device.once('close', () => resolve(true)));
  await device.publishAsync(topicOf('d1'), Buffer.alloc(52_000), { qos: 1 });
  expect(ward.log.of('vitals.rejected')).toMatchObject([{ headers: { reason: 'oversized' } }]);
  device.publish(topicOf('d1'), Buffer.alloc(100_000), { qos: 0 });
  expect(await closed).toBe(true);
});
