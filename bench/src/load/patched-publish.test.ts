import { expect, test } from 'vitest';
import { decodeReading, decodeReadingBatch } from '@vitalwire/core/vitals/codec.ts';
import { patchedPublish } from './patched-publish.ts';

const FIRST_MS = Date.UTC(2026, 10, 21);
const make = (readingsPerMessage: number) =>
  patchedPublish({ deviceId: 'D1', patientId: 'P1', readingsPerMessage, firstAtMs: FIRST_MS, stepMs: 5 });

interface Packet {
  readonly qos: number;
  readonly topic: string;
  readonly messageId: number;
  readonly payload: Buffer;
}

function parse(bytes: Buffer): Packet[] {
  const packets: Packet[] = [];
  for (let at = 0; at < bytes.length;) {
    const qos = ((bytes[at++] ?? 0) >> 1) & 3;
    let length = 0;
    for (let shift = 0, byte = 0x80; byte >= 0x80; shift += 7) {
      byte = bytes[at++] ?? 0;
      length += (byte & 0x7f) << shift;
    }
    const body = bytes.subarray(at, at + length);
    expect(body).toHaveLength(length);
    at += length;
    const idAt = 2 + body.readUInt16BE(0);
    packets.push({
      qos,
      topic: body.toString('utf8', 2, idAt),
      messageId: body.readUInt16BE(idAt),
      payload: body.subarray(idAt + 2),
    });
  }
  return packets;
}

test('packets differ in id, sequence and time, and are whole', () => {
  const publish = make(1);
  const { length } = publish.bytes;
  const target = Buffer.alloc(2 * length);
  publish.write(target, 0, 0, 1);
  publish.write(target, length, 40_000, 300);
  const packets = parse(target);
  expect(packets.map(({ messageId, topic, qos }) => ({ messageId, topic, qos }))).toEqual([
    { messageId: 1, topic: 'vitals/v1/Northeast/D1/readings', qos: 1 },
    { messageId: 300, topic: 'vitals/v1/Northeast/D1/readings', qos: 1 },
  ]);
  const [first, later] = packets.map(({ payload }) => decodeReading(payload));
  expect(first).toMatchObject({ deviceId: 'D1', patientId: 'P1', measuredAtMs: FIRST_MS });
  expect(later?.measuredAtMs).toBe(FIRST_MS + 200_000);
  expect((later?.sequence ?? 0) - (first?.sequence ?? 0)).toBe(40_000);
});

test('a batch counts through its readings', () => {
  const publish = make(3);
  const target = Buffer.alloc(publish.bytes.length);
  publish.write(target, 0, 2, 9);
  const [packet] = parse(target);
  expect(packet?.topic).toBe('vitals/v1/Northeast/D1/backfill');
  const readings = decodeReadingBatch(packet?.payload ?? Buffer.alloc(0));
  expect(readings.map(({ measuredAtMs }) => measuredAtMs - FIRST_MS)).toEqual([30, 35, 40]);
});
