import mqttPacket from 'mqtt-packet';
import { expect, test } from 'vitest';
import { FrameScanner } from './frame-scanner.ts';
import { ownTopic, type OwnPublishes } from './own-publishes.ts';

const TOPIC = 'vitals/v1/West/d1/readings';
const BOUNDS = { maxPayloadBytes: 300, maxControlPacketBytes: 100 };

interface Bench {
  readonly scanner: FrameScanner;
  /** `id payload`, in the order in which they were taken. */
  readonly taken: string[];
  heard: number;
  /** What goes on to the parser. */
  readonly passed: Buffer[];
  readonly scan: (bytes: Buffer) => void;
}

function bench(isMqtt5 = false): Bench {
  const scanner = new FrameScanner(BOUNDS);
  const own: OwnPublishes = {
    topics: [ownTopic(TOPIC), ownTopic('vitals/v1/West/d1/status')],
    published: (topic, payload, messageId) =>
      void one.taken.push(`${messageId} ${topic === TOPIC ? '' : `${topic} `}${payload.toString()}`),
    heard: () => void one.heard++,
  };
  if (isMqtt5) scanner.refusePublishOver(1_000);
  scanner.takeOwn(own);
  const one: Bench = {
    scanner,
    taken: [],
    heard: 0,
    passed: [],
    scan(bytes) {
      const passed = scanner.scan(bytes);
      if (passed !== undefined) one.passed.push(passed);
    },
  };
  return one;
}

const publish = (messageId: number, changes: Partial<mqttPacket.IPublishPacket> = {}, version = 4): Buffer =>
  mqttPacket.generate(
    {
      cmd: 'publish',
      topic: TOPIC,
      payload: `p${messageId}`,
      qos: 1,
      dup: false,
      retain: false,
      messageId,
      ...changes,
    },
    { protocolVersion: version },
  );
const PING = mqttPacket.generate({ cmd: 'pingreq' });

test("the device's own publishes are taken, retained and repeated ones too, and nothing of them passed on", () => {
  const { scan, taken, passed } = bench();
  const status = publish(3, { topic: 'vitals/v1/West/d1/status', retain: true });
  scan(Buffer.concat([publish(1), publish(2, { dup: true }), status, publish(4, { payload: '' })]));
  expect(taken).toEqual(['1 p1', '2 p2', '3 vitals/v1/West/d1/status p3', '4 ']);
  expect(passed).toEqual([]);
});

test.each<[string, Buffer]>([
  ['another topic', publish(1, { topic: 'vitals/v1/West/d2/readings' })],
  ['a longer topic', publish(1, { topic: `${TOPIC}/` })],
  [
    'QoS 0',
    mqttPacket.generate({ cmd: 'publish', topic: TOPIC, payload: 'p', qos: 0, dup: false, retain: false }),
  ],
  ['QoS 2', publish(1, { qos: 2 })],
  ['message id 0', Buffer.concat([publish(1).subarray(0, 30), Buffer.from([0, 0]), publish(1).subarray(32)])],
  ['another packet', PING],
])('%s is left to the parser, and all behind it in its order', (_, other) => {
  const { scan, taken, passed } = bench();
  scan(Buffer.concat([publish(1), other, publish(2)]));
  expect(taken).toEqual(['1 p1']);
  expect(Buffer.concat(passed)).toEqual(Buffer.concat([other, publish(2)]));
  scan(publish(3));
  expect(taken).toEqual(['1 p1', '3 p3']);
});

test('one that comes in pieces of any size is taken whole, once', () => {
  const bytes = Buffer.concat([publish(1), publish(2, { payload: 'x'.repeat(200) }), publish(3)]);
  for (let size = 1; size < bytes.length; size++) {
    const { scan, taken, passed } = bench();
    for (let at = 0; at < bytes.length; at += size) scan(Buffer.from(bytes.subarray(at, at + size)));
    expect(taken).toEqual(['1 p1', `2 ${'x'.repeat(200)}`, '3 p3']);
    expect(passed).toEqual([]);
  }
});

test('one of a foreign topic that comes in pieces is passed on whole', () => {
  const foreign = publish(1, { topic: 'elsewhere', payload: 'x'.repeat(100) });
  const { scan, taken, passed } = bench();
  for (const byte of foreign) scan(Buffer.from([byte]));
  scan(publish(2));
  expect(Buffer.concat(passed)).toEqual(foreign);
  expect(taken).toEqual(['2 p2']);
});

test('one that is too long is cut by the scanner as before', () => {
  const { scan, taken, passed } = bench();
  scan(publish(1, { payload: 'x'.repeat(1_000) }));
  scan(publish(2));
  expect(taken).toEqual(['2 p2']);
  expect(Buffer.concat(passed).length).toBeLessThan(400);
});

test('MQTT 5: without properties it is taken, with them it is left', () => {
  const { scan, taken, passed } = bench(true);
  const withProperty = publish(2, { properties: { messageExpiryInterval: 5 } }, 5);
  scan(Buffer.concat([publish(1, {}, 5), withProperty]));
  expect(taken).toEqual(['1 p1']);
  expect(Buffer.concat(passed)).toEqual(withProperty);
});

test('the device is heard once a chunk', () => {
  const one = bench();
  one.scan(Buffer.concat([publish(1), publish(2)]));
  one.scan(PING);
  expect(one.heard).toBe(1);
});
