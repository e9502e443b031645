import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Pubacks, PubackWriter } from './pubacks.ts';

interface Bench {
  readonly stream: PassThrough;
  readonly pubacks: Pubacks;
  /** What each write held, in hexadecimal. */
  readonly writes: string[];
  readonly congestion: boolean[];
}

function bench(highWaterMark = 1_000): Bench {
  const stream = new PassThrough({ highWaterMark });
  const writes: string[] = [];
  const write = stream.write.bind(stream) as (bytes: Buffer) => boolean;
  stream.write = ((bytes: Buffer) => {
    writes.push(bytes.toString('hex'));
    return write(bytes);
  }) as typeof stream.write;
  const congestion: boolean[] = [];
  const pubacks = new Pubacks(stream, new PubackWriter(), (isCongested) => void congestion.push(isCongested));
  return { stream, pubacks, writes, congestion };
}

test('those of a turn leave in one write, in their order', async () => {
  const { pubacks, writes } = bench();
  pubacks.add(1);
  pubacks.add(0x1234);
  expect(writes).toEqual([]);
  await turn();
  pubacks.add(3);
  await turn();
  expect(writes).toEqual(['4002000140021234', '40020003']);
});

test('they leave at once where another packet must not overtake them, and only once', async () => {
  const { pubacks, writes } = bench();
  pubacks.add(1);
  pubacks.write();
  expect(writes).toEqual(['40020001']);
  await turn();
  expect(writes).toHaveLength(1);
});

test('a device that does not read them is told of, until it does', async () => {
  const { stream, pubacks, congestion } = bench(4);
  pubacks.add(1);
  await turn();
  pubacks.add(2);
  await turn();
  expect(congestion).toEqual([true]);
  stream.resume();
  await turn();
  await turn();
  expect(congestion).toEqual([true, false]);
});

test('nothing is written to a connection that is gone', async () => {
  const { stream, pubacks, writes } = bench();
  pubacks.add(1);
  stream.destroy();
  await turn();
  expect(writes).toEqual([]);
});
