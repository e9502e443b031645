import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeReadingBatch } from '@vitalwire/core/vitals/codec.ts';
import { away, refusal } from './faulty-log.ts';
import {
  connectPacket,
  openDevice,
  openRaw,
  openWard,
  publishPacket,
  reading,
  readingBytes,
  statesOf,
  statusBytes,
  topicOf,
  until,
  valuesOf,
  type RawDevice,
  type Ward,
} from './ward.ts';

let ward: Ward;
beforeEach(async () => {
  ward = await openWard();
});
afterEach(async () => {
  ward.log.release();
  ward.log.fault = () => undefined;
  await ward.gateway.stop();
});

async function rawDevice(deviceId: string): Promise<RawDevice> {
  const device = await openRaw(ward.gateway.port);
  device.send(await connectPacket(deviceId));
  await until(() => device.packets.length === 1, 'CONNACK');
  await until(() => statesOf(ward.log, deviceId).length === 1, 'presence');
  return device;
}
const acksOf = (device: RawDevice): (number | undefined)[] =>
  device.packets.filter((packet) => packet.cmd === 'puback').map((packet) => packet.messageId);

describe('PUBACK', () => {
  test('comes only when the log has the reading, byte for byte', async () => {
    const device = await rawDevice('d1');
    ward.log.hang();
    const bytes = readingBytes('d1', 1);
    device.send(publishPacket(topicOf('d1'), bytes, 11));
    await until(() => ward.log.hangingAppends === 1, 'the append');
    await sleep(100);
    expect(acksOf(device)).toEqual([]);
    ward.log.release();
    await until(() => acksOf(device).length === 1, 'PUBACK');
    expect(acksOf(device)).toEqual([11]);
    expect(valuesOf(ward.log.of('vitals.readings'))).toEqual([bytes.toString('hex')]);
    device.socket.destroy();
  });

  test('comes in the order of arrival, also when readings and rejected messages alternate', async () => {
    const device = await rawDevice('d1');
    for (let id = 1; id <= 50; id++) {
      const payload = id % 3 === 0 ? Buffer.from('garbage') : readingBytes('d1', id);
      device.send(publishPacket(topicOf('d1'), payload, id));
      if (id % 7 === 0) await sleep(1);
    }
    await until(() => acksOf(device).length === 50, 'all PUBACKs');
    expect(acksOf(device)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(ward.log.of('vitals.readings')).toHaveLength(34);
    expect(ward.log.of('vitals.rejected')).toHaveLength(16);
    device.socket.destroy();
  });

  test('waits while the log is away and comes when it is back; others wait no longer than needed', async () => {
    const device = await rawDevice('d1');
    ward.log.fault = away;
    device.send(publishPacket(topicOf('d1'), readingBytes('d1', 1), 1));
    device.send({ cmd: 'pingreq' });
    await until(async () => (await ward.metric('append_retries_total')) >= 2, 'retries');
    expect(acksOf(device)).toEqual([]);
    ward.log.fault = () => undefined;
    await until(() => acksOf(device).length === 1, 'PUBACK');
    expect(ward.log.of('vitals.readings')).toHaveLength(1);
    device.socket.destroy();
  });

  test('never comes for what the log refuses: the connection closes, and other devices do not notice', async () => {
    const [refused, other] = [await rawDevice('d1'), await rawDevice('d2')];
    ward.log.fault = (records) =>
      records.some(({ key }) => key === 'patient-of-d1') ? refusal() : undefined;
    refused.send(publishPacket(topicOf('d1'), readingBytes('d1', 1), 1));
    refused.send(publishPacket(topicOf('d1'), readingBytes('d1', 2), 2));
    other.send(publishPacket(topicOf('d2'), readingBytes('d2', 1), 1));
    await refused.closed;
    await until(() => acksOf(other).length === 1, "the other's PUBACK");
    expect(acksOf(refused)).toEqual([]);
    expect(await ward.metric('refused_connections_total', { reason: 'log_refused' })).toBe(1);
    other.socket.destroy();
  });

  test('of a message that needs no append waits for those before it', async () => {
    const device = await rawDevice('d1');
    device.send(publishPacket(topicOf('d1', 'status'), statusBytes('d1', { bootId: 2 }), 1));
    await until(() => acksOf(device).length === 1, 'BORN');
    ward.log.hang();
    device.send(publishPacket(topicOf('d1'), readingBytes('d1', 1, { bootId: 2 }), 2));
    const oldBootsDeath = statusBytes('d1', { state: 'dead', bootId: 1 });
    device.send(publishPacket(topicOf('d1', 'status'), oldBootsDeath, 3));
    await until(() => ward.log.hangingAppends === 1, 'the append');
    await sleep(50);
    expect(acksOf(device)).toEqual([1]);
    ward.log.release();
    await until(() => acksOf(device).length === 3, 'PUBACKs');
    expect(acksOf(device)).toEqual([1, 2, 3]);
    device.socket.destroy();
  });

  test('QoS 2 is received after it is durable and completes; its ids are forgotten', async () => {
    const device = await rawDevice('d1');
    ward.log.hang();
    device.send({ ...publishPacket(topicOf('d1'), readingBytes('d1', 1), 4), qos: 2 });
    await until(() => ward.log.hangingAppends === 1, 'the append');
    await sleep(50);
    expect(device.packets.map(({ cmd }) => cmd)).toEqual(['connack']);
    ward.log.release();
    await until(() => device.packets.at(-1)?.cmd === 'pubrec', 'PUBREC');
    device.send({ cmd: 'pubrel', messageId: 4 });
    await until(() => device.packets.at(-1)?.cmd === 'pubcomp', 'PUBCOMP');
    expect(ward.log.of('vitals.readings')).toHaveLength(1);
    device.socket.destroy();
  });

  test('QoS 0 is kept as well', async () => {
    const device = await openDevice(ward, 'd1');
    await device.publishAsync(topicOf('d1'), readingBytes('d1', 1), { qos: 0 });
    await until(() => ward.log.of('vitals.readings').length === 1, 'the reading');
    await device.endAsync();
  });

  test('a batch becomes its readings, with one PUBACK', async () => {
    const device = await rawDevice('d1');
    const bad = reading('d1', 2, { patientId: '' });
    const batch = encodeReadingBatch([reading('d1', 1), bad, reading('d1', 3)]);
    device.send(publishPacket(topicOf('d1', 'backfill'), Buffer.from(batch), 9));
    await until(() => acksOf(device).length === 1, 'PUBACK');
    expect(ward.log.of('vitals.readings').map(({ headers }) => headers)).toEqual([
      { backfill: '1' },
      { backfill: '1' },
    ]);
    expect(ward.log.of('vitals.rejected')).toMatchObject([{ headers: { reason: 'missing_patient' } }]);
    device.socket.destroy();
  });
});

describe('a stop', () => {
  test('under load loses nothing that was acknowledged, and lets what is in flight be acknowledged', async () => {
    ward.log.delayMs = 20;
    const acked = new Set<string>();
    const devices = await Promise.all(Array.from({ length: 8 }, (_, i) => openDevice(ward, `d${i}`)));
    const load = { goesOn: true };
    const loads = devices.map(async (device, i) => {
      for (let sequence = 1; load.goesOn; sequence++) {
        const bytes = readingBytes(`d${i}`, sequence);
        device
          .publishAsync(topicOf(`d${i}`), bytes, { qos: 1 })
          .then(() => acked.add(bytes.toString('hex')))
          .catch(() => undefined);
        await sleep(1);
      }
    });
    await until(() => acked.size > 200, 'some load');
    const before = acked.size;
    await ward.gateway.stop();
    load.goesOn = false;
    await Promise.all(loads);
    await sleep(50);
    const kept = new Set(valuesOf(ward.log.of('vitals.readings')));
    expect([...acked].filter((value) => !kept.has(value))).toEqual([]);
    expect(acked.size).toBeGreaterThan(before);
    expect(await ward.metric('inflight_bytes')).toBe(0);
    for (const device of devices) device.end(true);
  });

  test('takes in nothing more', async () => {
    const device = await rawDevice('d1');
    ward.log.hang();
    device.send(publishPacket(topicOf('d1'), readingBytes('d1', 1), 1));
    await until(() => ward.log.hangingAppends === 1, 'the append');
    const stopped = ward.gateway.stop();
    device.send(publishPacket(topicOf('d1'), readingBytes('d1', 2), 2));
    await expect(openDevice(ward, 'd2')).rejects.toThrow();
    await sleep(50);
    ward.log.release();
    await Promise.all([stopped, device.closed]);
    expect(acksOf(device)).toEqual([1]);
    expect(ward.log.of('vitals.readings')).toHaveLength(1);
  });

  test('does not wait for ever on a log that hangs, and acknowledges nothing then', async () => {
    const short = await openWard({ stopDrainMs: 100 });
    const device = await openRaw(short.gateway.port);
    device.send(await connectPacket('d1'));
    await until(() => device.packets.length === 1, 'CONNACK');
    short.log.hang();
    device.send(publishPacket(topicOf('d1'), readingBytes('d1', 1), 1));
    await until(() => short.log.hangingAppends > 0, 'the append');
    await Promise.all([short.gateway.stop(), short.gateway.stop()]);
    await device.closed;
    short.log.release();
    expect(acksOf(device)).toEqual([]);
  });
});
