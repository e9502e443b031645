import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import mqttPacket from 'mqtt-packet';
import { expect, test } from 'vitest';
import { FramedStream } from './framed-stream.ts';

const CONNECT = mqttPacket.generate({
  cmd: 'connect',
  clientId: 'd1',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  keepalive: 60,
});
const PING = mqttPacket.generate({ cmd: 'pingreq' });

interface Bench {
  readonly stream: PassThrough;
  readonly framed: FramedStream;
  readonly gate: { open: boolean };
  /** What a parser that reads whenever the stream is readable got. */
  readonly got: Buffer[];
}

function bench(): Bench {
  const stream = new PassThrough();
  const gate = { open: true };
  const got: Buffer[] = [];
  const framed = new FramedStream(
    stream,
    undefined,
    { maxPayloadBytes: 100, maxControlPacketBytes: 200 },
    { mayRead: () => gate.open, received: () => undefined, violated: () => undefined },
  );
  stream.on('readable', () => {
    const bytes = stream.read() as Buffer | null;
    if (bytes !== null) got.push(bytes);
  });
  return { stream, framed, gate, got };
}

test('nothing behind CONNECT is handed on before the device is authenticated', async () => {
  const { stream, framed, got } = bench();
  stream.write(Buffer.concat([CONNECT, PING]));
  await turn();
  stream.write(PING);
  await turn();
  expect(got).toEqual([CONNECT]);
  framed.open(undefined);
  await turn();
  expect(got).toEqual([CONNECT, Buffer.concat([PING, PING])]);
});

test('a CONNECT that comes byte by byte is handed on whole', async () => {
  const { stream, got } = bench();
  for (const byte of CONNECT) {
    stream.write(Buffer.from([byte]));
    await turn();
  }
  expect(got).toEqual([CONNECT]);
});

test('while the gateway is full nothing is taken from the stream, and what waits comes when it resumes', async () => {
  const { stream, framed, gate, got } = bench();
  stream.write(CONNECT);
  await turn();
  framed.open(undefined);
  gate.open = false;
  stream.write(PING);
  await turn();
  expect([got.length, stream.readableLength]).toEqual([1, PING.length]);
  gate.open = true;
  framed.resume();
  await turn();
  expect(got).toEqual([CONNECT, PING]);
});
