import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { SharedReads, type SharedRead } from './shared-reads.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

let server: Server;
let sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  server.close();
});

interface Pair {
  readonly accepted: Socket;
  readonly device: Socket;
}

async function pairs(count: number): Promise<Pair[]> {
  const accepted: Socket[] = [];
  server = createServer({ pauseOnConnect: true }, (socket) => void accepted.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const made: Pair[] = [];
  for (let i = 0; i < count; i++) {
    const device = connect((server.address() as { port: number }).port, '127.0.0.1');
    device.on('error', () => undefined);
    await until(() => accepted.length > i);
    const [one] = accepted.slice(-1);
    if (one === undefined) throw new Error('nothing was accepted');
    made.push({ accepted: one, device });
    sockets.push(one, device);
  }
  return made;
}

/** Takes the sockets over, and ruins the buffer whenever somebody has been told what is in it, as the next read would. */
function takeAll(all: readonly Pair[]): { readonly shared: SharedRead[]; readonly got: Buffer[][] } {
  const buffer = Buffer.alloc(64 * KIB);
  const reads = new SharedReads(buffer);
  const got: Buffer[][] = all.map(() => []);
  const shared = all.map(({ accepted }, i) => {
    const taken = reads.take(accepted);
    if (taken === undefined) throw new Error('this Node has no such handle');
    taken.source.received = (bytes) => {
      got[i]?.push(bytes);
      queueMicrotask(() => buffer.fill(0xaa));
      return true;
    };
    taken.socket.on('error', () => undefined);
    sockets.push(taken.socket);
    return taken;
  });
  return { shared, got };
}

/** On a machine that is busy with everything else. */
const until = (is: () => boolean): Promise<unknown> => vi.waitUntil(is, { timeout: 20_000, interval: 5 });

const lengthOf = (chunks: readonly Buffer[] = []): number => chunks.reduce((sum, b) => sum + b.length, 0);
const bytesOf = (seed: number, length: number): Buffer =>
  Buffer.alloc(length, Buffer.from(Array.from({ length: 251 }, (_, i) => (i * seed) % 251)));

test('what was told stays as it was, whatever is read after it, of this socket and of others', async () => {
  const all = await pairs(3);
  const { got } = takeAll(all);
  const sent = all.map((_, i) => bytesOf(i + 3, 300 * KIB));
  all.forEach(({ device }, i) => {
    for (let at = 0, size = 1; at < 300 * KIB; at += size, size = Math.min(2 * size, 70_001)) {
      device.write((sent[i] as Buffer).subarray(at, at + size));
    }
  });
  await until(() => got.every((chunks) => lengthOf(chunks) === 300 * KIB));
  expect(got.map((chunks) => Buffer.concat(chunks).equals(sent.shift() as Buffer))).toEqual([
    true,
    true,
    true,
  ]);
});

test('no is no: the device is held back by TCP, and all comes when it goes on', async () => {
  const [pair] = await pairs(1);
  const { shared, got } = takeAll([pair as Pair]);
  const { source } = (shared as [SharedRead])[0];
  const goOn = source.received;
  source.received = (bytes) => goOn(bytes) && false;
  const device = (pair as Pair).device;
  const sent = bytesOf(7, 20 * MIB);
  const written = new Promise<void>((resolve) => void device.write(sent, () => resolve()));
  await until(() => lengthOf(got[0]) > 0);
  // Loopback buffers are some MiB at most.
  expect(await Promise.race([written, new Promise((resolve) => setTimeout(resolve, 200, 'held'))])).toBe(
    'held',
  );
  expect(got[0]).toHaveLength(1);
  source.resume();
  await until(() => got[0]?.length === 2);
  source.received = goOn;
  source.resume();
  await until(() => lengthOf(got[0]) === sent.length);
  expect(Buffer.concat(got[0] as Buffer[]).equals(sent)).toBe(true);
  await written;
});

test('what the gateway writes arrives', async () => {
  const [pair] = await pairs(1);
  const { shared } = takeAll([pair as Pair]);
  (shared as [SharedRead])[0].socket.write('PUBACK');
  const [bytes] = (await once((pair as Pair).device, 'data')) as [Buffer];
  expect(bytes.toString()).toBe('PUBACK');
});

describe('it ends as any socket does', () => {
  const eventsOf = (socket: Socket): string[] => {
    const events: string[] = [];
    for (const name of ['end', 'error', 'close']) socket.on(name, () => void events.push(name));
    return events;
  };

  test('when the device says so, after its last bytes', async () => {
    const [pair] = await pairs(1);
    const { shared, got } = takeAll([pair as Pair]);
    const events = eventsOf((shared as [SharedRead])[0].socket);
    (pair as Pair).device.end('the last');
    await until(() => events.includes('close'));
    expect([events, got[0]?.toString()]).toEqual([['end', 'close'], 'the last']);
  });

  test('when the device resets it', async () => {
    const [pair] = await pairs(1);
    const { shared } = takeAll([pair as Pair]);
    const events = eventsOf((shared as [SharedRead])[0].socket);
    (pair as Pair).device.resetAndDestroy();
    await until(() => events.includes('close'));
    expect(events).toEqual(['error', 'close']);
  });

  test('when it is destroyed, while it is told of bytes too', async () => {
    const [pair] = await pairs(1);
    const { shared } = takeAll([pair as Pair]);
    const [{ socket, source }] = shared as [SharedRead];
    const events = eventsOf(socket);
    source.received = () => {
      socket.destroy();
      return true;
    };
    const gone = once((pair as Pair).device, 'close');
    (pair as Pair).device.write('x');
    await gone;
    await until(() => events.includes('close'));
    expect(events).toEqual(['close']);
  });
});

test('to its server it has ended: a server that is closed does not wait for it', async () => {
  const [pair] = await pairs(1);
  const { shared, got } = takeAll([pair as Pair]);
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  expect((shared as [SharedRead])[0].socket.destroyed).toBe(false);
  (pair as Pair).device.write('still here');
  await until(() => got[0]?.toString() === 'still here');
});

test('where the handle is not as it is expected to be, the socket is left as it was', async () => {
  const [pair] = await pairs(1);
  const { accepted, device } = pair as Pair;
  const hidden = new Proxy(accepted, {
    get: (socket, name) => (name === '_handle' ? {} : Reflect.get(socket, name, socket)),
  });
  expect(new SharedReads().take(hidden)).toBeUndefined();
  device.write('read me');
  const [bytes] = (await once(accepted.resume(), 'data')) as [Buffer];
  expect(bytes.toString()).toBe('read me');
});
