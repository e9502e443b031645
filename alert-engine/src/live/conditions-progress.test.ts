import type { EventLog, LogRecord } from '@vitalwire/core/ports/event-log.ts';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { expect, it } from 'vitest';
import { ConditionsProgress } from './conditions-progress.ts';

/** A topic of one partition as its bounds, the group's offset and the offsets that hold a record say. */
function progressOn(log: { next: number; committed: number | undefined; records: number[] }) {
  const clock = new ManualClock();
  const port: Pick<EventLog, 'bounds' | 'committed' | 'read'> = {
    bounds: async () => [{ partition: 0, first: 0, next: log.next }],
    committed: async () => new Map(log.committed === undefined ? [] : [[0, log.committed]]),
    read: async ({ offset }) =>
      log.records.filter((record) => record >= offset).map((record) => ({ offset: record }) as LogRecord),
  };
  return { clock, progress: new ConditionsProgress(port as EventLog, 'group', clock) };
}

it('counts from when a record was first seen waiting, until the group moves', async () => {
  const log = { next: 5, committed: 3 as number | undefined, records: [3, 4] };
  const { clock, progress } = progressOn(log);
  await progress.look();
  expect(progress.stuckMs()).toBe(0);
  await clock.advance(4_000);
  await progress.look();
  expect(progress.stuckMs()).toBe(4_000);
  log.committed = 4;
  await progress.look();
  expect(progress.stuckMs()).toBe(0);
  log.committed = 5;
  await clock.advance(4_000);
  await progress.look();
  expect(progress.stuckMs()).toBe(0);
});

it('sees a group that never started, and is not misled by an end without records', async () => {
  const fresh = progressOn({ next: 2, committed: undefined, records: [0, 1] });
  await fresh.progress.look();
  await fresh.clock.advance(1_000);
  expect(fresh.progress.stuckMs()).toBe(1_000);
  const hole = progressOn({ next: 6, committed: 5, records: [3, 4] });
  await hole.progress.look();
  await hole.clock.advance(60_000);
  expect(hole.progress.stuckMs()).toBe(0);
});
