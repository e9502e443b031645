import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import mqttPacket from 'mqtt-packet';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { NewRecord } from '@vitalwire/core/ports/event-log.ts';
import type { GatewayLimits } from '../src/limits.ts';
import { FaultyLog } from './faulty-log.ts';
import {
  connectPacket,
  openDevice,
  openRaw,
  openWard,
  openWardOn,
  publishPacket,
  readingBytes,
  statusBytes,
  topicOf,
  until,
  type RawDevice,
  type Ward,
} from './ward.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

let wards: Ward[] = [];
afterEach(async () => {
  for (const ward of wards) {
    ward.log.release();
    await ward.gateway.stop();
  }
  wards = [];
});
async function open(limits: Partial<GatewayLimits> = {}): Promise<Ward> {
  const ward = await openWard(limits);
  wards.push(ward);
  return ward;
}
async function rawDevice(ward: Ward, deviceId: string): Promise<RawDevice> {
  const device = await openRaw(ward.gateway.port);
  device.send(await connectPacket(deviceId));
  await until(() => device.packets.length === 1, 'CONNACK');
  return device;
}
const garbage = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (i * 37 + 11) % 256));

describe('a connection is closed, and others go on', () => {
  test.each<[string, (device: RawDevice) => void, boolean]>([
    ['garbage instead of CONNECT', ({ socket }) => void socket.write(garbage(500)), false],
    [
      'PUBLISH instead of CONNECT',
      (device) => device.send(publishPacket(topicOf('d1'), garbage(9), 1)),
      false,
    ],
    [
      'a CONNECT too long',
      ({ socket }) => void socket.write(Buffer.from([0x10, 0xff, 0xff, 0x7f, 0, 4])),
      false,
    ],
    [
      'a length that is none',
      ({ socket }) => void socket.write(Buffer.from([0x10, 255, 255, 255, 255])),
      false,
    ],
    ['garbage after CONNECT', ({ socket }) => void socket.write(Buffer.alloc(100, 0xff)), true],
    [
      'a packet too long',
      ({ socket }) => void socket.write(Buffer.from([0x82, 0xff, 0xff, 0x7f, 0, 1])),
      true,
    ],
    [
      'a second CONNECT',
      ({ socket }) => void socket.write(Buffer.from('100c00044d515454040000000000', 'hex')),
      true,
    ],
  ])('%s', async (_, misbehave, connected) => {
    const ward = await open();
    const good = await openDevice(ward, 'good');
    const bad = connected ? await rawDevice(ward, 'd1') : await openRaw(ward.gateway.port);
    misbehave(bad);
    await bad.closed;
    await good.publishAsync(topicOf('good'), readingBytes('good', 1), { qos: 1 });
    expect(ward.log.of('vitals.readings')).toHaveLength(1);
    await good.endAsync();
  });

  test('no CONNECT in time', async () => {
    const ward = await open({ connectTimeoutMs: 100 });
    const [silent, dribbling] = [await openRaw(ward.gateway.port), await openRaw(ward.gateway.port)];
    dribbling.socket.write(Buffer.from([0x10, 0x20, 0]));
    await Promise.all([silent.closed, dribbling.closed]);
    expect(await ward.metric('refused_connections_total', { reason: 'no_connect' })).toBe(2);
    await until(async () => (await ward.metric('connections')) === 0, 'the close');
  });

  test('more connections than allowed', async () => {
    const ward = await open({ maxConnections: 1 });
    const first = await openDevice(ward, 'd1');
    const second = connect(ward.gateway.port, '127.0.0.1');
    second.on('error', () => undefined);
    await new Promise((resolve) => void second.once('close', resolve));
    expect(await ward.metric('refused_connections_total', { reason: 'too_many_connections' })).toBe(1);
    await first.publishAsync(topicOf('d1'), readingBytes('d1', 1), { qos: 1 });
    await first.endAsync();
  });

  test('too many QoS 2 messages without PUBREL', async () => {
    const ward = await open({ maxInflightQos2: 5 });
    const device = await rawDevice(ward, 'd1');
    for (let id = 1; id <= 20; id++) {
      device.send({ ...publishPacket(topicOf('d1'), readingBytes('d1', id), id), qos: 2 });
    }
    await device.closed;
  });
});

test('an oversized message is cut on the way in, kept as oversized and acknowledged; the next is unaffected', async () => {
  const ward = await open({ maxPayloadBytes: 1_000 });
  const device = await rawDevice(ward, 'd1');
  const long = mqttPacket.generate(publishPacket(topicOf('d1'), Buffer.alloc(5_000_000, 7), 1));
  for (let at = 0; at < long.length; at += 30_011) device.socket.write(long.subarray(at, at + 30_011));
  device.send(publishPacket(topicOf('d1'), readingBytes('d1', 1), 2));
  await until(() => device.packets.length === 3, 'both PUBACKs');
  expect(device.packets.slice(1)).toMatchObject([{ messageId: 1 }, { messageId: 2 }]);
  expect(ward.log.of('vitals.rejected')).toMatchObject([{ headers: { reason: 'oversized' } }]);
  expect(ward.log.of('vitals.rejected')[0]?.value).toHaveLength(1_001);
  expect(ward.log.of('vitals.readings')).toHaveLength(1);
  device.socket.destroy();
});

test('a topic too long is rejected', async () => {
  const ward = await open();
  const device = await openDevice(ward, 'd1');
  await device.publishAsync(`${topicOf('d1')}/${'x'.repeat(2_000)}`, readingBytes('d1', 1), { qos: 1 });
  expect(ward.log.of('vitals.rejected')).toMatchObject([{ headers: { reason: 'wrong_topic' } }]);
  expect(ward.log.of('vitals.rejected')[0]?.headers['topic']).toHaveLength(256);
  await device.endAsync();
});

test('a slow log pauses the sockets, holds no more than the bound, and all comes through when it is back', async () => {
  const maxInflightBytes = 400_000;
  const ward = await open({ maxInflightBytes, maxConnectionInflightBytes: 100_000 });
  const devices = await Promise.all(Array.from({ length: 6 }, (_, i) => rawDevice(ward, `d${i}`)));
  ward.log.hang();
  const messages = 4_000;
  devices.forEach((device, i) => {
    const { length } = device.packets;
    expect(length).toBe(1);
    for (let id = 1; id <= messages; id++) {
      device.send(publishPacket(topicOf(`d${i}`), readingBytes(`d${i}`, id), id));
    }
  });
  await until(async () => (await ward.metric('paused_connections')) === 6, 'all sockets paused');
  const received = await ward.metric('received_bytes_total');
  await sleep(100);
  expect(await ward.metric('received_bytes_total')).toBe(received);
  // Each connection may be one read past the mark.
  const perMessage = 512 + 120;
  const oneRead = (64 * 1024 * perMessage) / 100;
  expect(await ward.metric('inflight_bytes')).toBeLessThan(maxInflightBytes + 6 * oneRead);
  await expect(openDevice(ward, 'late')).rejects.toThrow('Server unavailable');
  expect(await ward.metric('refused_connections_total', { reason: 'overloaded' })).toBe(1);

  ward.log.release();
  await until(() => devices.every((device) => device.packets.length === messages + 1), 'all PUBACKs');
  expect(ward.log.of('vitals.readings')).toHaveLength(6 * messages);
  expect([await ward.metric('inflight_bytes'), await ward.metric('paused_connections')]).toEqual([0, 0]);
  for (const device of devices) device.socket.destroy();
});

test('memory stays flat over many messages, retained ones among them, and reconnects', async () => {
  class CountingLog extends FaultyLog {
    count = 0;
    override async append(records: readonly NewRecord[]): Promise<void> {
      this.count += records.length;
    }
  }
  const log = new CountingLog();
  const ward = await openWardOn(log);
  const round = async (n: number): Promise<void> => {
    for (let device = 0; device < 10; device++) {
      const raw = await openRaw(ward.gateway.port);
      const id = `d${device}`;
      raw.send(await connectPacket(id, { clean: false }));
      await until(() => raw.packets.length === 1, 'CONNACK');
      for (let i = 1; i <= n; i++) {
        raw.send(publishPacket(topicOf(id), readingBytes(id, i), i));
        if (i % 10 === 0) {
          raw.send({ ...publishPacket(topicOf(id, 'status'), statusBytes(id), 60_000), retain: true });
        }
      }
      await until(() => raw.packets.length >= 1 + n + Math.floor(n / 10), 'all PUBACKs');
      raw.socket.destroy();
      await raw.closed;
    }
  };
  const heap = (): number => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  await round(1_000);
  await round(1_000);
  const before = heap();
  for (let i = 0; i < 4; i++) await round(1_000);
  const grown = heap() - before;
  expect(log.count).toBeGreaterThan(60_000);
  // 44,000 messages more: a hundred bytes kept of each would be 4.4 MB.
  expect(grown).toBeLessThan(3_000_000);
  await ward.gateway.stop();
});
