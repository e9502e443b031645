import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signDeviceToken } from '@vitalwire/core/identity/token.ts';
import {
  openDevice,
  openWard,
  readingBytes,
  SECRET,
  token,
  topicOf,
  until,
  openRaw,
  connectPacket,
  publishPacket,
  type Ward,
} from './ward.ts';

let ward: Ward;
beforeAll(async () => {
  ward = await openWard();
});
afterAll(async () => {
  await ward.gateway.stop();
});

describe('a device is refused', () => {
  test.each([
    ['without a password', {}, 'credentials'],
    ['with a token of another device', { password: token('d2') }, 'credentials'],
    ['with another user name', { username: 'd2', password: token('d1') }, 'credentials'],
    [
      'with a token signed by somebody else',
      { password: signDeviceToken({ deviceId: 'd1', region: 'West' }, `${SECRET}!`) },
      'credentials',
    ],
    [
      'of a region that the deployment does not have',
      { password: signDeviceToken({ deviceId: 'd1', region: 'Atlantis' }, SECRET) },
      'region',
    ],
  ])('%s', async (_, options, reason) => {
    const before = await ward.metric('refused_connections_total', { reason });
    const password = 'password' in options ? await options.password : (undefined as never);
    await expect(openDevice(ward, 'd1', { ...options, password })).rejects.toThrow('Not authorized');
    expect(await ward.metric('refused_connections_total', { reason })).toBe(before + 1);
    expect(ward.log.records).toEqual([]);
  });

  test.each(['a/b', '+', 'a b', 'x'.repeat(129)])('that calls itself %s', async (id) => {
    await expect(openDevice(ward, id)).rejects.toThrow('Identifier rejected');
  });
});

test('what is sent behind CONNECT before the answer waits for it, and is nothing without a good token', async () => {
  const burst = async (password: Buffer): Promise<Awaited<ReturnType<typeof openRaw>>> => {
    const device = await openRaw(ward.gateway.port);
    device.socket.cork();
    device.send(await connectPacket('d9', { password }));
    for (let id = 1; id <= 300; id++) device.send(publishPacket(topicOf('d9'), readingBytes('d9', id), id));
    device.socket.uncork();
    return device;
  };
  const stranger = await burst(Buffer.from('wrong'));
  await stranger.closed;
  expect(stranger.packets).toMatchObject([{ cmd: 'connack', returnCode: 5 }]);
  expect(ward.log.of('vitals.readings')).toEqual([]);

  const device = await burst(Buffer.from(await token('d9')));
  await until(() => device.packets.length === 301, 'all PUBACKs');
  expect(device.packets[0]).toMatchObject({ cmd: 'connack', returnCode: 0 });
  expect(ward.log.of('vitals.readings')).toHaveLength(300);
  device.socket.destroy();
});

test('a device may subscribe only to its own commands', async () => {
  const device = await openDevice(ward, 'd1');
  const subscribe = (topic: string): Promise<unknown> => device.subscribeAsync(topic, { qos: 1 });
  expect(await subscribe(topicOf('d1', 'commands'))).toMatchObject([{ qos: 1 }]);
  for (const topic of ['#', '+/+/+/+/commands', topicOf('d1'), topicOf('d2', 'commands'), '$SYS/#']) {
    await expect(subscribe(topic)).rejects.toMatchObject({ packet: { granted: [128] } });
  }
  expect(await ward.metric('refused_subscriptions_total')).toBe(5);
  await device.publishAsync(topicOf('d1'), readingBytes('d1', 1), { qos: 1 });
  await device.endAsync();
});

test('what a device publishes reaches no other device, though it is acknowledged', async () => {
  const [target, publisher] = [await openDevice(ward, 'target'), await openDevice(ward, 'publisher')];
  const received: string[] = [];
  target.on('message', (topic) => void received.push(topic));
  await target.subscribeAsync(topicOf('target', 'commands'), { qos: 1 });
  for (const device of [publisher, target]) {
    await device.publishAsync(topicOf('target', 'commands'), Buffer.from('stop'), { qos: 1, retain: true });
  }
  // Round trips, one of them a new subscription: what was to be delivered, kept or not, has been by then.
  await target.publishAsync(topicOf('target'), readingBytes('target', 1), { qos: 1 });
  await target.subscribeAsync(topicOf('target', 'commands'), { qos: 0 });
  await target.publishAsync(topicOf('target'), readingBytes('target', 2), { qos: 1 });
  expect(received).toEqual([]);
  await target.endAsync();
  await publisher.endAsync();
});
