import { setTimeout as sleep } from 'node:timers/promises';
import type { IClientOptions, MqttClient } from 'mqtt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodePresence } from '@vitalwire/core/vitals/presence-codec.ts';
import {
  connectPacket,
  openDevice,
  openRaw,
  openWard,
  openWardOn,
  presenceOf,
  publishPacket,
  readingBytes,
  statesOf,
  statusBytes,
  topicOf,
  until,
  type Ward,
} from './ward.ts';

let ward: Ward;
beforeEach(async () => {
  ward = await openWard();
});
afterEach(async () => {
  await ward.gateway.stop();
});

const withWill = (bootId: number): IClientOptions => ({
  will: {
    topic: topicOf('d1', 'status'),
    payload: statusBytes('d1', { state: 'dead', bootId }),
    qos: 1,
    retain: true,
  },
});
const say = (device: MqttClient, state: 'born' | 'dead', bootId: number): Promise<unknown> =>
  device.publishAsync(topicOf('d1', 'status'), statusBytes('d1', { state, bootId, batteryPercent: 64 }), {
    qos: 1,
    retain: true,
  });
const statesBecome = async (...states: string[]): Promise<void> => {
  await until(() => statesOf(ward.log, 'd1').length >= states.length, states.join(', '));
  expect(statesOf(ward.log, 'd1')).toEqual(states);
};
/** The socket goes without a word. */
const cut = (device: MqttClient): void => void device.stream.destroy();

test('connected, born, and dead with the will when the socket goes', async () => {
  const device = await openDevice(ward, 'd1', withWill(7));
  await say(device, 'born', 7);
  cut(device);
  await statesBecome('connected', 'born', 'dead');
  expect(presenceOf(ward.log, 'd1').at(-1)).toMatchObject({
    patientId: 'patient-of-d1',
    region: 'Northeast',
    bootId: 7,
    batteryPercent: 64,
  });
});

test('lost without a will, and without a will that is its own', async () => {
  cut(await openDevice(ward, 'd1'));
  await statesBecome('connected', 'lost');
  const foreign = { topic: topicOf('d2', 'status'), payload: statusBytes('d2', { state: 'dead' }), qos: 1 };
  cut(await openDevice(ward, 'd1', { will: foreign as never }));
  await statesBecome('connected', 'lost', 'connected', 'lost');
  expect(statesOf(ward.log, 'd2')).toEqual([]);
  expect(ward.log.of('vitals.rejected')).toMatchObject([
    { key: 'd1', headers: { reason: 'wrong_topic', topic: foreign.topic } },
  ]);
});

test('dead after a goodbye: DISCONNECT alone, or DEAD and DISCONNECT, which say it once', async () => {
  await (await openDevice(ward, 'd1', withWill(7))).endAsync();
  await statesBecome('connected', 'dead');
  const device = await openDevice(ward, 'd1');
  await say(device, 'born', 8);
  await say(device, 'dead', 8);
  await device.endAsync();
  await until(async () => (await ward.metric('connections')) === 0, 'the close');
  await statesBecome('connected', 'dead', 'connected', 'born', 'dead');
});

test("the will of a session that was taken over does not mark the new one, nor does an old boot's DEAD", async () => {
  const old = await openDevice(ward, 'd1', withWill(1));
  await say(old, 'born', 1);
  const taken = new Promise<void>((resolve) => void old.once('close', () => resolve()));
  const fresh = await openDevice(ward, 'd1', withWill(2));
  await taken;
  await say(fresh, 'born', 2);
  await say(fresh, 'dead', 1);
  await fresh.publishAsync(topicOf('d1'), readingBytes('d1', 1, { bootId: 2 }), { qos: 1 });
  await statesBecome('connected', 'born', 'connected', 'born');
  cut(fresh);
  await statesBecome('connected', 'born', 'connected', 'born', 'dead');
  expect(presenceOf(ward.log, 'd1').at(-1)?.bootId).toBe(2);
});

test('a device that never says BORN gets its patient from its readings, and keeps it when it comes back', async () => {
  const device = await openDevice(ward, 'd1');
  await device.publishAsync(topicOf('d1'), readingBytes('d1', 1), { qos: 1 });
  await device.publishAsync(topicOf('d1'), readingBytes('d1', 2), { qos: 1 });
  cut(device);
  await until(() => statesOf(ward.log, 'd1').length === 3, 'lost');
  cut(await openDevice(ward, 'd1'));
  await until(() => statesOf(ward.log, 'd1').length === 5, 'lost again');
  expect(presenceOf(ward.log, 'd1').map(({ state, patientId }) => [state, patientId])).toEqual([
    ['connected', ''],
    ['connected', 'patient-of-d1'],
    ['lost', 'patient-of-d1'],
    ['connected', 'patient-of-d1'],
    ['lost', 'patient-of-d1'],
  ]);
});

test('a half-open connection is lost when its keepalive passes', async () => {
  const device = await openRaw(ward.gateway.port);
  device.send(await connectPacket('d1', { keepalive: 1 }));
  // Nothing more comes from the device, and nothing says so.
  await statesBecome('connected', 'lost');
  await device.closed;
});

test('a device that only publishes is heard: its keepalive does not pass', async () => {
  const device = await openRaw(ward.gateway.port);
  device.send(await connectPacket('d1', { keepalive: 1 }));
  await statesBecome('connected');
  // Twice what its keepalive allows.
  for (let id = 1; id <= 15; id++) {
    device.send(publishPacket(topicOf('d1'), readingBytes('d1', id), id));
    await sleep(200);
  }
  await until(() => device.packets.length === 16, 'CONNACK and all PUBACKs');
  expect(statesOf(ward.log, 'd1')).not.toContain('lost');
  device.socket.destroy();
});

test('when the gateway stops its devices are lost to it', async () => {
  const device = await openDevice(ward, 'd1', withWill(7));
  await say(device, 'born', 7);
  await ward.gateway.stop();
  expect(statesOf(ward.log, 'd1')).toEqual(['connected', 'born', 'lost']);
  device.end(true);
});

describe('two gateways on one log', () => {
  let other: Ward;
  beforeEach(async () => {
    other = await openWardOn(ward.log);
  });
  afterEach(async () => {
    await other.gateway.stop();
  });

  test("a device that moves to the other has its old session closed there, and that one's will marks nothing", async () => {
    const old = await openDevice(ward, 'd1', withWill(7));
    await say(old, 'born', 7);
    const closed = new Promise<void>((resolve) => void old.once('close', () => resolve()));
    const fresh = await openDevice(other, 'd1', withWill(7));
    await closed;
    await say(fresh, 'born', 7);
    expect(await ward.metric('refused_connections_total', { reason: 'moved' })).toBe(1);
    await statesBecome('connected', 'born', 'connected', 'born');
    cut(fresh);
    await statesBecome('connected', 'born', 'connected', 'born', 'dead');
  });

  test('back and forth, the last to open has it', async () => {
    await openDevice(ward, 'd1', withWill(7));
    await openDevice(other, 'd1', withWill(7));
    const last = await openDevice(ward, 'd1', withWill(7));
    await until(async () => (await other.metric('connections')) === 0, 'the close of the one between');
    await statesBecome('connected', 'connected', 'connected');
    await say(last, 'born', 7);
    expect(statesOf(ward.log, 'd1').at(-1)).toBe('born');
    cut(last);
  });

  test('a will that comes after the device connected elsewhere is followed by what holds', async () => {
    const fresh = await openDevice(other, 'd1', withWill(7));
    await say(fresh, 'born', 7);
    // As a gateway writes it that has not heard yet.
    const late = presenceOf(ward.log, 'd1').at(-1)!;
    const value = encodePresence({ ...late, state: 'dead', atMs: Date.now() });
    await ward.log.append([
      { topic: 'devices.presence', key: 'd1', value, headers: { gateway: 'third' }, timestampMs: Date.now() },
    ]);
    await statesBecome('connected', 'born', 'dead', 'born');
    cut(fresh);
  });
});
