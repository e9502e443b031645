import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import mqttPacket from 'mqtt-packet';
import { describe, expect, test } from 'vitest';
import { FramedStream } from './framed-stream.ts';
import { ownTopic } from './own-publishes.ts';
import type { ByteSource } from './shared-reads.ts';

const CONNECT = mqttPacket.generate({
  cmd: 'connect',
  clientId: 'd1',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  keepalive: 60,
});
const PING = mqttPacket.generate({ cmd: 'pingreq' });
const TOPIC = 'vitals/v1/West/d1/readings';
const own = (messageId: number): Buffer =>
  mqttPacket.generate({
    cmd: 'publish',
    topic: TOPIC,
    payload: `p${messageId}`,
    qos: 1,
    dup: false,
    retain: false,
    messageId,
  });

interface Bench {
  readonly framed: FramedStream;
  readonly gate: { open: boolean };
  /** Whether the parser reads when it is told that there is something. */
  readonly parser: { reads: boolean };
  /** What it got. */
  readonly got: Buffer[];
  /** Payloads of the device's own publishes. */
  readonly taken: string[];
  /** Bytes of the device that nobody has taken yet. */
  readonly waiting: () => number;
  readonly send: (bytes: Buffer) => Promise<void>;
  readonly open: () => Promise<void>;
  readonly resume: () => Promise<void>;
  readonly read: () => Promise<void>;
}

/** A socket that tells what it received as long as it may. */
class Telling implements ByteSource {
  received: (bytes: Buffer) => boolean = () => false;
  waiting: Buffer[] = [];
  #isStopped = false;

  send(bytes: Buffer): void {
    this.waiting.push(Buffer.from(bytes));
    this.#tell();
  }

  resume(): void {
    this.#isStopped = false;
    setImmediate(() => this.#tell());
  }

  #tell(): void {
    while (!this.#isStopped) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      this.#isStopped = !this.received(next);
    }
  }
}

function bench(isTold: boolean): Bench {
  const stream = new PassThrough();
  const source = isTold ? new Telling() : undefined;
  const gate = { open: true };
  const parser = { reads: true };
  const got: Buffer[] = [];
  const taken: string[] = [];
  const framed = new FramedStream(
    stream,
    source,
    { maxPayloadBytes: 100, maxControlPacketBytes: 200 },
    { mayRead: () => gate.open, received: () => undefined, violated: () => undefined },
  );
  const read = (): void => {
    const bytes = stream.read() as Buffer | null;
    if (bytes !== null) got.push(bytes);
  };
  stream.on('readable', () => {
    if (parser.reads) read();
  });
  const settled = async (act: () => void): Promise<void> => {
    act();
    await turn();
    await turn();
  };
  return {
    framed,
    gate,
    parser,
    got,
    taken,
    waiting: () =>
      source === undefined ? stream.readableLength : source.waiting.reduce((sum, b) => sum + b.length, 0),
    send: (bytes) => settled(() => (source === undefined ? void stream.write(bytes) : source.send(bytes))),
    open: () =>
      settled(() =>
        framed.open({
          topics: [ownTopic(TOPIC)],
          published: (_topic, payload) => void taken.push(payload.toString()),
          heard: () => undefined,
        }),
      ),
    resume: () => settled(() => framed.resume()),
    read: () => settled(read),
  };
}

describe.each([
  ['a stream that is read', false],
  ['a socket that tells', true],
])('%s', (_, isTold) => {
  test('nothing behind CONNECT is handed on before the device is authenticated', async () => {
    const { send, open, got } = bench(isTold);
    await send(Buffer.concat([CONNECT, PING]));
    await send(PING);
    await send(PING);
    expect(got).toEqual([CONNECT]);
    await open();
    expect(Buffer.concat(got)).toEqual(Buffer.concat([CONNECT, PING, PING, PING]));
  });

  test('a CONNECT that comes byte by byte is handed on whole', async () => {
    const { send, got } = bench(isTold);
    for (const byte of CONNECT) await send(Buffer.from([byte]));
    expect(got).toEqual([CONNECT]);
  });

  test("the device's own publishes never reach the parser, and the order is kept for what does", async () => {
    const { send, open, got, taken } = bench(isTold);
    await send(CONNECT);
    await open();
    const foreign = own(3);
    foreign[5] = 0x78;
    await send(Buffer.concat([own(1), own(2), foreign, own(4)]));
    await send(own(5));
    expect(taken).toEqual(['p1', 'p2', 'p5']);
    expect(got).toEqual([CONNECT, Buffer.concat([foreign, own(4)])]);
  });

  test('what violates the protocol ends the stream', async () => {
    const { framed, send, open, got } = bench(isTold);
    await send(CONNECT);
    await open();
    await send(Buffer.from([0x82, 0xff, 0xff, 0x7f, 0, 1]));
    expect([framed.stream.destroyed, got.length]).toEqual([true, 1]);
  });

  test('while the gateway is full nothing is taken, and what waits comes when it resumes', async () => {
    const { send, open, resume, gate, got, taken } = bench(isTold);
    await send(CONNECT);
    await open();
    gate.open = false;
    await send(own(1));
    await send(PING);
    await resume();
    expect([got.length, taken]).toEqual([1, []]);
    gate.open = true;
    await resume();
    expect([got, taken]).toEqual([[CONNECT, PING], ['p1']]);
    await send(own(2));
    expect(taken).toEqual(['p1', 'p2']);
  });
});

test('a stream that is read keeps what the gateway has no room for', async () => {
  const { send, open, gate, waiting } = bench(false);
  await send(CONNECT);
  await open();
  gate.open = false;
  await send(PING);
  expect(waiting()).toBe(PING.length);
});

describe('a socket that tells is stopped', () => {
  test('by the first bytes that the gateway has no room for', async () => {
    const { send, open, resume, gate, taken, waiting } = bench(true);
    await send(CONNECT);
    await open();
    gate.open = false;
    await send(own(1));
    await send(own(2));
    await send(own(3));
    expect(waiting()).toBe(2 * own(1).length);
    gate.open = true;
    await resume();
    expect([taken, waiting()]).toEqual([['p1', 'p2', 'p3'], 0]);
  });

  test('by bytes behind CONNECT until the device is authenticated', async () => {
    const { send, open, taken, waiting } = bench(true);
    await send(Buffer.concat([CONNECT, own(1)]));
    await send(own(2));
    expect([taken, waiting()]).toEqual([[], own(2).length]);
    await open();
    expect([taken, waiting()]).toEqual([['p1', 'p2'], 0]);
  });

  test('while the parser leaves what it was told of, and nothing overtakes that', async () => {
    const { send, open, read, parser, got, taken, waiting } = bench(true);
    await send(CONNECT);
    await open();
    parser.reads = false;
    await send(PING);
    await send(own(1));
    expect([taken, waiting()]).toEqual([[], own(1).length]);
    await read();
    expect([got, taken, waiting()]).toEqual([[CONNECT, PING], ['p1'], 0]);
  });
});
