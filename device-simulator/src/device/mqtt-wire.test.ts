import { generate, parser, type IConnectPacket, type IPublishPacket, type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { PacketReader, ProtocolError, connectPacket, mqttText, publishPacket } from './mqtt-wire.ts';

function decoded(bytes: Buffer): Packet {
  const packets: Packet[] = [];
  const incoming = parser({ protocolVersion: 4 });
  incoming.on('packet', (packet) => packets.push(packet));
  incoming.on('error', (error) => expect.unreachable(error.message));
  expect(incoming.parse(bytes)).toBe(0);
  expect(packets).toHaveLength(1);
  return packets[0]!;
}

it('CONNECT is what mqtt-packet reads as one, with its will', () => {
  const packet = decoded(
    connectPacket({
      clientId: 'D-ä',
      password: 'p'.repeat(300),
      keepaliveS: 300,
      will: { topic: 'a/b', payload: Buffer.from([1, 2, 3]) },
    }),
  ) as IConnectPacket;
  expect(packet).toMatchObject({
    clientId: 'D-ä',
    username: 'D-ä',
    keepalive: 300,
    clean: true,
    protocolVersion: 4,
    will: { topic: 'a/b', payload: Buffer.from([1, 2, 3]), qos: 1, retain: true },
  });
  expect(String(packet.password)).toBe('p'.repeat(300));
});

it('CONNECT without a will', () => {
  const bytes = connectPacket({ clientId: 'D', password: 'p', keepaliveS: 30, will: undefined });
  const packet = decoded(bytes) as IConnectPacket;
  expect(packet.clientId).toBe('D');
  expect(packet.will ?? null).toBeNull();
});

it.each([0, 1, 119, 120, 16_000, 16_384, 70_000])('PUBLISH with a payload of %i bytes', (size) => {
  const payload = new Uint8Array(size).fill(7);
  const packet = decoded(publishPacket(mqttText('a/b'), 0xabcd, payload, size === 1)) as IPublishPacket;
  expect(packet).toMatchObject({ topic: 'a/b', messageId: 0xabcd, qos: 1, retain: size === 1, dup: false });
  expect(Buffer.compare(packet.payload as Buffer, payload)).toBe(0);
});

describe('the reader', () => {
  const stream = Buffer.concat([
    generate({ cmd: 'connack', returnCode: 0, sessionPresent: false }),
    ...[1, 500, 65_535].map((messageId) => generate({ cmd: 'puback', messageId })),
    generate({ cmd: 'pingresp' }),
    generate({ cmd: 'puback', messageId: 9 }),
  ]);
  const read = (chunks: readonly Buffer[]): unknown[] => {
    const seen: unknown[] = [];
    const reader = new PacketReader({
      connack: (code) => seen.push(['connack', code]),
      puback: (id) => seen.push(id),
      pingresp: () => seen.push('pingresp'),
    });
    for (const chunk of chunks) reader.push(chunk);
    return seen;
  };

  it('finds the same packets wherever the network cuts', () => {
    const whole = [['connack', 0], 1, 500, 65_535, 'pingresp', 9];
    expect(read([stream])).toEqual(whole);
    expect(read([...stream].map((byte) => Buffer.from([byte])))).toEqual(whole);
    for (let cut = 0; cut <= stream.length; cut++) {
      expect(read([stream.subarray(0, cut), stream.subarray(cut)])).toEqual(whole);
    }
  });

  it.each([[[0x30, 2, 0, 0]], [[0x40, 0xff, 0xff, 0xff, 0xff]], [[0x40, 0xff, 0x7f]]])(
    'refuses what no broker may send: %j',
    (bytes) => {
      expect(() => read([Buffer.from(bytes)])).toThrow(ProtocolError);
    },
  );
});
