import { describe, expect, it } from 'vitest';
import { VitalwireError } from '../../runtime/errors.ts';
import { eventually } from '../eventually.ts';
import { freshName } from '../fresh-name.ts';
import { keysByPartition, record, type EventLogHarness } from './event-log-harness.ts';
import { RecordingConsumer } from './recording-consumer.ts';

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => String(from + i));

const inOrder = (values: readonly string[]): string[] => values.toSorted((a, b) => Number(a) - Number(b));

/** The consumer-group part of the EventLog contract. */
export function eventLogGroupContract(
  current: () => { readonly harness: EventLogHarness; readonly topic: string },
): void {
  const join = (
    group: string,
    options: Partial<Parameters<typeof RecordingConsumer.join>[0]> = {},
  ): Promise<RecordingConsumer> =>
    RecordingConsumer.join({ log: current().harness.log, group, topics: [current().topic], ...options });

  /** Appends the numbers, spread over all partitions. */
  const appendNumbers = async (from: number, to: number): Promise<void> => {
    const keys = keysByPartition(current().harness.partitions);
    await current().harness.log.append(
      numbers(from, to).map((value) =>
        record(current().topic, keys[Number(value) % keys.length] ?? '', value),
      ),
    );
  };
  const holdsAll = (member: RecordingConsumer, topics = 1): void =>
    expect(member.held.size).toBe(current().harness.partitions * topics);

  describe('consumer group', () => {
    it('gives a lone member every partition, and every record once and in order', async () => {
      await appendNumbers(0, 200);
      const member = await join(freshName('group'), { maxBatchRecords: 7 });
      await eventually(() => expect(member.received).toHaveLength(200));
      await appendNumbers(200, 250);
      await eventually(() => expect(inOrder(member.values())).toEqual(numbers(0, 250)));
      for (let partition = 0; partition < current().harness.partitions; partition++) {
        const offsets = member.received
          .filter((found) => found.partition === partition)
          .map(({ offset }) => offset);
        expect(offsets).toEqual(offsets.toSorted((a, b) => a - b));
      }
      holdsAll(member);
      await member.stop();
      await member.stop();
      expect(member.held.size).toBe(0);
      expect(member.breaches).toEqual([]);
    });

    it('shares out several topics', async () => {
      const { harness, topic } = current();
      const other = await harness.topic();
      const member = await join(freshName('group'), { topics: [topic, other] });
      await harness.log.append([record(topic, 'K', 'one'), record(other, 'K', 'two')]);
      await eventually(() => expect(member.values().toSorted()).toEqual(['one', 'two']));
      holdsAll(member, 2);
      await member.stop();
      expect(member.breaches).toEqual([]);
    });

    it('starts a task where it says, even where that is no longer retained', async () => {
      const { harness, topic } = current();
      await appendNumbers(0, 20);
      await harness.expire(topic);
      await appendNumbers(20, 60);
      const behind = await join(freshName('group'), { startAt: () => 0 });
      await eventually(() => expect(inOrder(behind.values())).toEqual(numbers(20, 60)));
      await behind.stop();
      const bounds = new Map((await harness.log.bounds(topic)).map((bound) => [bound.partition, bound.next]));
      const atEnd = await join(freshName('group'), { startAt: (_, partition) => bounds.get(partition) });
      await eventually(() => holdsAll(atEnd));
      await appendNumbers(60, 70);
      await eventually(() => expect(inOrder(atEnd.values())).toEqual(numbers(60, 70)));
      await atEnd.stop();
    });

    it('moves the offset by commit alone, for its own group alone, and keeps it', async () => {
      const { harness, topic } = current();
      const group = freshName('group');
      await appendNumbers(0, 20);
      const member = await join(group);
      await eventually(() => expect(member.received).toHaveLength(20));
      expect(await harness.log.committed(group, topic)).toEqual(new Map());
      expect([...member.committedAtAssignment.values()].every((offset) => offset === undefined)).toBe(true);
      const last = member.received.at(-1);
      await member.held.get(`${topic}/${last?.partition}`)?.commit((last?.offset ?? 0) + 1);
      const expected = new Map([[last?.partition, (last?.offset ?? 0) + 1]]);
      expect(await harness.log.committed(group, topic)).toEqual(expected);
      expect(await harness.log.committed(freshName('group'), topic)).toEqual(new Map());
      await member.stop();
      await harness.reopen();
      expect(await harness.log.committed(group, topic)).toEqual(expected);
      const again = await join(group);
      await eventually(() => holdsAll(again));
      expect(again.committedAtAssignment.get(`${topic}/${last?.partition}`)).toBe((last?.offset ?? 0) + 1);
      await eventually(() =>
        expect(again.received).toHaveLength(
          member.received.filter((r) => r.partition !== last?.partition).length,
        ),
      );
      await again.stop();
    });

    it('lets a slow task hold back its own partition and no other', async () => {
      const { harness, topic } = current();
      const [slow = '', quick = ''] = keysByPartition(harness.partitions);
      const gate = Promise.withResolvers<void>();
      const member = await join(freshName('group'), {
        onProcess: (records) => (records[0]?.key === slow ? gate.promise : undefined),
      });
      await harness.log.append([record(topic, slow, '0'), record(topic, quick, '1')]);
      await eventually(() => expect(member.values()).toEqual(['1']));
      await harness.log.append([record(topic, slow, '2'), record(topic, quick, '3')]);
      await eventually(() => expect(member.values()).toEqual(['1', '3']));
      gate.resolve();
      await eventually(() => expect(inOrder(member.values())).toEqual(['0', '1', '2', '3']));
      await member.stop();
      expect(member.breaches).toEqual([]);
    });

    it('gives every group everything', async () => {
      const first = await join(freshName('group'));
      const second = await join(freshName('group'));
      await appendNumbers(0, 30);
      for (const member of [first, second]) {
        await eventually(() => expect(inOrder(member.values())).toEqual(numbers(0, 30)));
        await member.stop();
      }
    });

    it('hands partitions over when members come and go, one holder at a time, nothing lost', async () => {
      const { harness } = current();
      const group = freshName('group');
      const holders = new Map<number, number>();
      let doublyHeld = 0;
      const count = {
        onAssigned: (partition: number) => {
          holders.set(partition, (holders.get(partition) ?? 0) + 1);
          if ((holders.get(partition) ?? 0) > 1) doublyHeld++;
        },
        onRelease: (partition: number) => void holders.set(partition, (holders.get(partition) ?? 0) - 1),
        onProcess: async (
          records: readonly { offset: number }[],
          held: { commit(n: number): Promise<void> },
        ) => held.commit((records.at(-1)?.offset ?? 0) + 1),
      };
      const first = await join(group, count);
      await eventually(() => holdsAll(first));
      await appendNumbers(0, 40);
      await eventually(() => expect(first.received).toHaveLength(40));
      const second = await join(group, { ...count, log: await harness.peer() });
      await eventually(() => {
        expect(first.held.size + second.held.size).toBe(harness.partitions);
        expect(second.held.size).toBeGreaterThan(0);
        expect(first.held.size).toBeGreaterThan(0);
      });
      await appendNumbers(40, 80);
      await eventually(() =>
        expect(inOrder([...first.values(), ...second.values()])).toEqual(numbers(0, 80)),
      );
      await first.stop();
      expect(first.held.size).toBe(0);
      await eventually(() => holdsAll(second));
      await appendNumbers(80, 120);
      await eventually(() =>
        expect(inOrder([...first.values(), ...second.values()])).toEqual(numbers(0, 120)),
      );
      await second.stop();
      expect(doublyHeld).toBe(0);
      expect([...first.breaches, ...second.breaches]).toEqual([]);
    });

    it('lets the running batch end and the task commit before it is released', async () => {
      const { harness, topic } = current();
      const group = freshName('group');
      const gate = Promise.withResolvers<void>();
      let next = 0;
      const member = await join(group, {
        onProcess: async (records) => {
          await gate.promise;
          next = (records.at(-1)?.offset ?? 0) + 1;
        },
        onRelease: (partition, held) =>
          partition === member.batches[0]?.[0]?.partition ? held.commit(next) : undefined,
      });
      await eventually(() => holdsAll(member));
      await harness.log.append([record(topic, 'K', 'x')]);
      await eventually(() => expect(member.processing).toBe(1));
      const stopped = member.stop();
      gate.resolve();
      await stopped;
      expect(member.values()).toEqual(['x']);
      expect(member.breaches).toEqual([]);
      const [partition] = member.batches[0] ?? [];
      expect(await harness.log.committed(group, topic)).toEqual(new Map([[partition?.partition, next]]));
    });

    it('refuses the commit of a task whose partition has moved on', async () => {
      const { topic } = current();
      const group = freshName('group');
      const first = await join(group);
      await eventually(() => holdsAll(first));
      const stale = first.held.get(`${topic}/0`);
      await first.stop();
      const second = await join(group);
      await eventually(() => holdsAll(second));
      await expect(stale?.commit(1)).rejects.toMatchObject({ code: 'superseded' });
      expect(await current().harness.log.committed(group, topic)).toEqual(new Map());
      await second.stop();
    });

    it('ends a member whose task fails, skips nothing, and leaves the partitions to the others', async () => {
      const group = freshName('group');
      const broken = await join(group, { onProcess: () => Promise.reject(new Error('cannot')) });
      await appendNumbers(0, 1);
      await expect(broken.failed).rejects.toThrow('cannot');
      await broken.stop();
      const healthy = await join(group);
      await eventually(() => expect(healthy.values()).toEqual(['0']));
      holdsAll(healthy);
      await healthy.stop();
    });

    it('ends a member that cannot take a partition', async () => {
      const cannot = new VitalwireError('unavailable', 'no state', { retriable: true });
      const member = await join(freshName('group'), { onAssigned: () => Promise.reject(cannot) });
      await expect(member.failed).rejects.toThrow('no state');
      await member.stop();
      expect(member.received).toEqual([]);
    });

    it('delivers again after a crash what was not committed', async () => {
      const { harness } = current();
      const group = freshName('group');
      await appendNumbers(0, 10);
      const member = await join(group);
      await eventually(() => expect(member.received).toHaveLength(10));
      await harness.reopen();
      const again = await join(group);
      await eventually(() => expect(inOrder(again.values())).toEqual(numbers(0, 10)));
      await again.stop();
    });
  });
}
