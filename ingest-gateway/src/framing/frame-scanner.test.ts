import fc from 'fast-check';
import mqttPacket from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { FrameScanner } from './frame-scanner.ts';

const BOUNDS = { maxPayloadBytes: 300, maxControlPacketBytes: 200 };

const publish = (payload: Buffer, qos: 0 | 1 | 2, messageId = 5): Buffer =>
  mqttPacket.generate({
    cmd: 'publish',
    topic: 'vitals/v1/W/d/readings',
    payload,
    qos,
    dup: false,
    retain: false,
    messageId,
  });
const ping = mqttPacket.generate({ cmd: 'pingreq' });

function scanAll(scanner: FrameScanner, chunks: readonly Buffer[]): Buffer {
  return Buffer.concat(chunks.flatMap((chunk) => scanner.scan(chunk) ?? []));
}

/** Cuts the bytes at the places given, empty chunks left out. */
function split(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return cuts.slice(1).flatMap((cut, i) => (cut > (cuts[i] ?? 0) ? [bytes.subarray(cuts[i], cut)] : []));
}

function parse(bytes: Buffer): mqttPacket.Packet[] {
  const packets: mqttPacket.Packet[] = [];
  const parser = mqttPacket.parser();
  parser.on('packet', (packet) => void packets.push(packet));
  parser.on('error', (error) => {
    throw error;
  });
  expect(parser.parse(bytes)).toBe(0);
  return packets;
}

const anyPacket = fc.oneof(
  fc
    .tuple(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(0, 1, 2))
    .map(([payload, qos]) => publish(Buffer.from(payload), qos)),
  fc.constant(ping),
  fc
    .array(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 3 })
    .map((topics) => mqttPacket.generate({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: topics })),
);
const anyCuts = fc.array(fc.nat({ max: 5_000 }), { maxLength: 40 });

describe('FrameScanner', () => {
  test('passes any split of valid packets through unchanged', () => {
    fc.assert(
      fc.property(fc.array(anyPacket, { minLength: 1, maxLength: 12 }), anyCuts, (packets, cuts) => {
        const bytes = Buffer.concat(packets);
        const scanner = new FrameScanner(BOUNDS);
        expect(scanAll(scanner, split(bytes, cuts))).toEqual(bytes);
        expect(scanner.violation).toBeUndefined();
      }),
    );
  });

  test('passes a whole chunk on without copying it', () => {
    const chunk = Buffer.concat([publish(Buffer.alloc(20), 1), ping]);
    expect(new FrameScanner(BOUNDS).scan(chunk)).toBe(chunk);
  });

  test('cuts a long payload to one byte too many, however it is split, and leaves its neighbours alone', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 301, max: 3_000 }),
        fc.constantFrom(0, 1, 2),
        anyCuts,
        (length, qos, cuts) => {
          const before = publish(Buffer.alloc(300, 1), 1, 1);
          const long = publish(Buffer.alloc(length, 7), qos, 2);
          const after = publish(Buffer.from('next'), 1, 3);
          const scanner = new FrameScanner(BOUNDS);
          const packets = parse(scanAll(scanner, split(Buffer.concat([before, long, after]), cuts)));
          expect(packets).toMatchObject([
            { payload: Buffer.alloc(300, 1), messageId: 1 },
            { payload: Buffer.alloc(301, 7), qos, topic: 'vitals/v1/W/d/readings' },
            { payload: Buffer.from('next'), messageId: 3 },
          ]);
        },
      ),
    );
  });

  test('holds at most a header back, never a payload', () => {
    const scanner = new FrameScanner(BOUNDS);
    const long = publish(Buffer.alloc(100_000), 1);
    let passed = 0;
    for (const chunk of split(long, [3, 1_000, 50_000])) passed += scanner.scan(chunk)?.length ?? 0;
    expect(passed).toBeLessThan(400);
  });

  test.each([
    ['a length of five bytes', Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01])],
    ['a long control packet', Buffer.from([0x82, 0xff, 0x7f, 0, 1])],
  ])('ends the stream at %s', (_, bytes) => {
    const scanner = new FrameScanner(BOUNDS);
    expect(scanner.scan(Buffer.concat([ping, bytes]))).toEqual(ping);
    expect(scanner.violation).toBeDefined();
  });

  test('sees the goodbye', () => {
    const scanner = new FrameScanner(BOUNDS);
    scanner.scan(ping);
    expect(scanner.disconnected).toBe(false);
    scanner.scan(mqttPacket.generate({ cmd: 'disconnect' }));
    expect(scanner.disconnected).toBe(true);
  });
});
