import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LogRecord, NewRecord } from '../../ports/event-log.ts';
import { partitionOf } from '../../runtime/topics.ts';
import { eventually } from '../eventually.ts';
import { freshName } from '../fresh-name.ts';
import { eventLogGroupContract } from './event-log-group-contract.ts';
import { readAll, record, textOf, type EventLogHarness } from './event-log-harness.ts';

/** Larger than any engine's limit for one record. */
const OVERSIZE_BYTES = 8 * 1024 * 1024;

/** Registers a test for every promise of `EventLog`. */
export function eventLogContract(engine: string, makeHarness: () => Promise<EventLogHarness>): void {
  describe(`EventLog on ${engine}`, () => {
    let harness: EventLogHarness;
    let topic: string;
    beforeEach(async () => {
      harness = await makeHarness();
      topic = await harness.topic();
    });
    afterEach(() => harness.close());
    const append = (...records: NewRecord[]): Promise<void> => harness.log.append(records);

    describe('append', () => {
      it('keeps key, value, headers and time as given, in the partition the key names', async () => {
        const given: NewRecord = {
          topic,
          key: 'Zoë/42',
          value: Uint8Array.of(0, 255, 10, 13),
          headers: { reason: 'Größe', 'content-type': 'x' },
          timestampMs: 1_767_225_600_123,
        };
        await append(given);
        const [found, ...more] = await readAll(harness.log, topic);
        expect(more).toEqual([]);
        expect({ ...found, value: [...(found?.value ?? [])] }).toMatchObject({
          ...given,
          value: [0, 255, 10, 13],
        });
        expect(found?.partition).toBe(partitionOf(given.key, harness.partitions));
      });

      it('keeps a value apart from the buffer it came in', async () => {
        const buffer = Buffer.from('before');
        const appended = append({ ...record(topic, 'K', ''), value: buffer.subarray(0, 3) });
        await appended;
        buffer.fill(0);
        expect((await readAll(harness.log, topic)).map(textOf)).toEqual(['bef']);
      });

      it('tells a deletion from an empty value', async () => {
        await append(record(topic, 'K', null), record(topic, 'K', ''));
        await harness.reopen();
        const values = (await readAll(harness.log, topic)).map((found) => found.value);
        expect(values[0]).toBeNull();
        expect(values[1]?.length).toBe(0);
      });

      it('does nothing for no records', async () => {
        await append();
        expect(await readAll(harness.log, topic)).toEqual([]);
      });

      it('keeps the order of a key within a call and between overlapping calls', async () => {
        const calls: Promise<void>[] = [];
        for (let i = 0; i < 300; i += 3) {
          calls.push(append(...[i, i + 1, i + 2].map((n) => record(topic, `K${n % 2}`, String(n)))));
        }
        await Promise.all(calls);
        const found = await readAll(harness.log, topic);
        expect(found).toHaveLength(300);
        for (const key of ['K0', 'K1']) {
          const numbers = found
            .filter((record) => record.key === key)
            .map((record) => Number(textOf(record)));
          expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
        }
      });

      it('takes a record of 512 KiB and refuses one of 8 MiB', async () => {
        await append(record(topic, 'K', 'x'.repeat(512 * 1024)));
        await expect(append(record(topic, 'K', 'x'.repeat(OVERSIZE_BYTES)))).rejects.toMatchObject({
          code: 'rejected',
          retriable: false,
        });
        await append(record(topic, 'K', 'after'));
        expect((await readAll(harness.log, topic)).map((found) => found.value?.length)).toEqual([
          512 * 1024,
          5,
        ]);
      });

      it('refuses an unknown topic, and lets the calls beside it through', async () => {
        const outcomes = await Promise.allSettled([
          append(record(topic, 'K', 'before')),
          append(record(freshName('unknown'), 'K', 'lost')),
          append(record(topic, 'K', 'after')),
        ]);
        expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
        expect(outcomes[1]).toMatchObject({ reason: { code: 'rejected' } });
        expect((await readAll(harness.log, topic)).map(textOf)).toEqual(['before', 'after']);
      });

      it('is durable once resolved', async () => {
        await append(record(topic, 'K', 'kept'));
        await harness.reopen();
        await append(record(topic, 'K', 'next'));
        expect((await readAll(harness.log, topic)).map(textOf)).toEqual(['kept', 'next']);
      });

      it('reaches the other processes', async () => {
        const peer = await harness.peer();
        await append(record(topic, 'K', 'mine'));
        await peer.append([record(topic, 'K', 'theirs')]);
        expect((await readAll(peer, topic)).map(textOf)).toEqual(['mine', 'theirs']);
      });
    });

    describe('read and bounds', () => {
      it('names every partition of an empty topic', async () => {
        const bounds = await harness.log.bounds(topic);
        expect(bounds.map(({ partition }) => partition).toSorted((a, b) => a - b)).toEqual([
          ...Array.from({ length: harness.partitions }).keys(),
        ]);
        for (const { first, next } of bounds) expect(first).toBe(next);
      });

      it('reads from an offset, at most as many as asked for, and nothing at the end', async () => {
        for (let i = 0; i < 5; i++) await append(record(topic, 'K', String(i)));
        const all = await readAll(harness.log, topic);
        expect(all.map(textOf)).toEqual(['0', '1', '2', '3', '4']);
        const offsets = all.map(({ offset }) => offset);
        expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
        const partition = partitionOf('K', harness.partitions);
        const from = { topic, partition, offset: offsets[1] ?? 0 };
        expect((await harness.log.read(from, 2)).map(textOf)).toEqual(['1', '2']);
        const bounds = (await harness.log.bounds(topic)).find((bound) => bound.partition === partition);
        expect(bounds?.first).toBeLessThanOrEqual(offsets[0] ?? 0);
        expect(bounds?.next).toBeGreaterThan(offsets[4] ?? 0);
        expect(await harness.log.read({ topic, partition, offset: bounds?.next ?? 0 }, 10)).toEqual([]);
      });

      it('forgets what retention removed, reads on from the first retained, and never gives an offset twice', async () => {
        await append(record(topic, 'K', 'old'));
        const [old] = await readAll(harness.log, topic);
        await harness.expire(topic);
        for (const { first, next } of await harness.log.bounds(topic)) expect(first).toBe(next);
        await append(record(topic, 'K', 'new'));
        const partition = partitionOf('K', harness.partitions);
        const found = await harness.log.read({ topic, partition, offset: old?.offset ?? 0 }, 10);
        expect(found.map(textOf)).toEqual(['new']);
        expect(found[0]?.offset).toBeGreaterThan(old?.offset ?? 0);
      });
    });

    describe('tail', () => {
      it('resolves once all that was there is handled, in partition order, and follows on', async () => {
        for (let i = 0; i < 50; i++) await append(record(topic, `K${i % 5}`, String(i)));
        const seen: LogRecord[] = [];
        let running = false;
        const tail = await harness.log.tail(topic, async (records) => {
          expect(running).toBe(false);
          running = true;
          await Promise.resolve();
          seen.push(...records);
          running = false;
        });
        expect(seen).toHaveLength(50);
        await append(record(topic, 'K0', '50'), record(topic, 'K1', '51'));
        await eventually(() => expect(seen).toHaveLength(52));
        for (let partition = 0; partition < harness.partitions; partition++) {
          const offsets = seen.filter((found) => found.partition === partition).map(({ offset }) => offset);
          expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
        }
        await tail.stop();
        await tail.stop();
      });

      it('resolves on an empty topic, and sees what another process appends', async () => {
        const seen: string[] = [];
        const tail = await harness.log.tail(topic, (records) => void seen.push(...records.map(textOf)));
        const peer = await harness.peer();
        await peer.append([record(topic, 'K', 'late'), record(topic, 'K', null)]);
        await eventually(() => expect(seen).toEqual(['late', '']));
        await tail.stop();
        await append(record(topic, 'K', 'after the end'));
        expect(seen).toEqual(['late', '']);
      });

      it('ends with the error of its handler', async () => {
        const tail = await harness.log.tail(topic, () => Promise.reject(new Error('cannot')));
        await append(record(topic, 'K', 'x'));
        await expect(tail.failed).rejects.toThrow('cannot');
        await tail.stop();
      });
    });

    eventLogGroupContract(() => ({ harness, topic }));

    describe('ping and close', () => {
      it('answers a ping', () => harness.log.ping());

      it('closes more than once, after what it accepted, and refuses what comes after', async () => {
        const peer = await harness.peer();
        const sole = peer === harness.log;
        const accepted = append(record(topic, 'K', 'accepted'));
        await Promise.all([harness.log.close(), harness.log.close()]);
        await harness.log.close();
        await accepted;
        await expect(append(record(topic, 'K', 'late'))).rejects.toMatchObject({ code: 'closed' });
        if (sole) await harness.reopen();
        const log = sole ? harness.log : peer;
        expect((await readAll(log, topic)).map(textOf)).toEqual(['accepted']);
      });
    });
  });
}
