import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { NewRecord } from '@vitalwire/core/ports/event-log.ts';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { FaultyLog, away, refusal } from '../../tests/faulty-log.ts';
import { AppendLanes } from './append-lanes.ts';
import type { Ticket } from './ticket.ts';

const BOUNDS = {
  appendLanes: 2,
  maxAppendRecords: 3,
  appendEveryMs: 0,
  retryFirstPauseMs: 100,
  retryMaxPauseMs: 1_000,
};

interface Bench {
  readonly log: FaultyLog;
  readonly clock: ManualClock;
  readonly lanes: AppendLanes;
  readonly settled: string[];
  readonly submit: (...keys: string[]) => void;
  readonly submitTo: (lane: number, ...keys: string[]) => void;
}

function bench(bounds: Partial<typeof BOUNDS> = {}): Bench {
  const log = new FaultyLog();
  const clock = new ManualClock();
  const settled: string[] = [];
  const lanes = new AppendLanes(
    { ...BOUNDS, ...bounds },
    {
      log,
      clock,
      logger: pino({ level: 'silent' }),
      random: () => 1,
      retried: () => undefined,
    },
  );
  const submitTo = (lane: number, ...keys: string[]): void => {
    for (const key of keys) {
      const record: NewRecord = { topic: 't', key, value: null, headers: {}, timestampMs: 0 };
      const ticket: Ticket = {
        records: [record],
        outcome: 'waiting',
        error: undefined,
        settled: () => void settled.push(`${key} ${ticket.outcome}`),
      };
      lanes.submit(lane, ticket);
    }
  };
  const submit = (...keys: string[]): void => submitTo(0, ...keys);
  return { log, clock, lanes, settled, submit, submitTo };
}

const keys = (log: FaultyLog): string[] => log.records.map((record) => record.key);

test('what comes in one turn is one append, up to its bound, and order holds', async () => {
  const { log, lanes, settled, submit } = bench();
  submit('a', 'b', 'c', 'd');
  await lanes.idle();
  expect(keys(log)).toEqual(['a', 'b', 'c', 'd']);
  expect(log.appends).toBe(2);
  expect(settled).toEqual(['a durable', 'b durable', 'c durable', 'd durable']);
});

test('one append is under way at a time, and the next takes all that came meanwhile', async () => {
  const { log, lanes, submit } = bench();
  log.hang();
  submit('a');
  await turn();
  submit('b');
  await turn();
  submit('c');
  await turn();
  expect(log.hangingAppends).toBe(1);
  log.release();
  await lanes.idle();
  expect(keys(log)).toEqual(['a', 'b', 'c']);
  expect(log.appends).toBe(2);
});

test('appends begin no more often than the pace, those of all lanes together; a lone message goes at once', async () => {
  const { log, clock, lanes, submitTo } = bench({ appendEveryMs: 2 });
  submitTo(0, 'a');
  await clock.advance(0);
  expect(keys(log)).toEqual(['a']);
  submitTo(0, 'b');
  await clock.advance(1);
  submitTo(1, 'x');
  submitTo(0, 'c', 'd', 'e');
  await clock.advance(0.5);
  expect(log.appends).toBe(1);
  await clock.advance(0.5);
  // What a full append leaves behind does not wait for the pace again.
  expect(keys(log)).toEqual(['a', 'b', 'c', 'd', 'x', 'e']);
  expect(log.appends).toBe(4);
  await lanes.idle();
});

test('what came while an append was under way waits for the pace too', async () => {
  const { log, clock, submit } = bench({ appendEveryMs: 2 });
  log.hang();
  submit('a');
  await clock.advance(0);
  submit('b');
  log.release();
  await clock.advance(1);
  expect(keys(log)).toEqual(['a']);
  await clock.advance(1);
  expect(keys(log)).toEqual(['a', 'b']);
});

test('while the log is away messages wait, are tried again, and keep their order', async () => {
  const { log, clock, settled, submit } = bench();
  log.fault = away;
  submit('a');
  await turn();
  submit('b');
  await clock.advance(300);
  expect(settled).toEqual([]);
  log.fault = () => undefined;
  await clock.advance(1_000);
  expect(keys(log)).toEqual(['a', 'b']);
  expect(settled).toEqual(['a durable', 'b durable']);
});

test('a record that the log refuses fails alone', async () => {
  const { log, lanes, settled, submit } = bench();
  log.fault = (records) => (records.some((record) => record.key === 'bad') ? refusal() : undefined);
  submit('a', 'bad', 'c');
  await lanes.idle();
  expect(settled).toEqual(['a durable', 'bad failed', 'c durable']);
});

test('an error that nobody knows fails what it met, and is not tried again', async () => {
  const { log, lanes, settled, submit } = bench();
  log.fault = () => new Error('?');
  submit('a', 'b');
  await lanes.idle();
  expect(log.appends).toBe(1);
  expect(settled).toEqual(['a failed', 'b failed']);
});

test('at the end what waits for the log is given up, not acknowledged', async () => {
  const { log, lanes, settled, submit } = bench();
  log.fault = away;
  submit('a');
  await turn();
  lanes.end();
  await lanes.idle();
  expect(settled).toEqual(['a failed']);
});
