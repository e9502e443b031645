import { expect, test } from 'vitest';
import type { LogRecord } from '../../ports/event-log.ts';
import { PartitionRunner } from './partition-runner.ts';

const record = (offset: number): LogRecord => ({
  topic: 'readings',
  partition: 0,
  offset,
  key: 'P1',
  value: new Uint8Array(),
  headers: {},
  timestampMs: 0,
});

test('a partition that nothing comes to is told of once', () => {
  const told: [number, number][] = [];
  const runner = new PartitionRunner({
    topic: 'readings',
    partition: 0,
    position: 7,
    maxBatchRecords: 10,
    task: { startAt: 7, process: async () => {}, release: async () => {} },
    wake: () => {},
    fetched: (count, lag) => void told.push([count, lag]),
    fail: (error) => expect.unreachable(String(error)),
  });
  runner.foundNothing(7);
  runner.foundNothing(7);
  expect(told).toEqual([[0, 0]]);
});

test('what is delivered while suspended is processed when resumed', async () => {
  const processed: number[] = [];
  const runner = new PartitionRunner({
    topic: 'readings',
    partition: 0,
    position: 0,
    maxBatchRecords: 10,
    task: {
      startAt: 0,
      process: async (records) => void processed.push(...records.map(({ offset }) => offset)),
      release: async () => {},
    },
    wake: () => {},
    fetched: () => {},
    fail: (error) => expect.unreachable(String(error)),
  });
  runner.suspend();
  runner.deliver([record(0)], 1, 2);
  await Promise.resolve();
  expect(processed).toEqual([]);
  runner.resume();
  await runner.halt();
  runner.deliver([record(1)], 2, 2);
  expect(processed).toEqual([0]);
});
