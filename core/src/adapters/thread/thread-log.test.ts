import { MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { EventLog } from '../../ports/event-log.ts';
import { eventLogContract } from '../../testing/contracts/event-log-contract.ts';
import { record, type EventLogHarness } from '../../testing/contracts/event-log-harness.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import { openSqliteLogHarness } from '../sqlite/sqlite-log-harness.ts';
import { serveLog } from './serve-log.ts';
import { ThreadLog } from './thread-log.ts';

/** The log with its appends and tails through a port, as another thread has them; the port copies as one between threads does. */
function throughPort(log: EventLog): { readonly log: EventLog; close(): void } {
  const { port1, port2 } = new MessageChannel();
  serveLog(port1, log);
  const remote = new ThreadLog(port2);
  const appends = new Set<Promise<void>>();
  return {
    log: {
      append(records) {
        const appended = remote.append(records);
        appends.add(appended);
        return appended;
      },
      tail: (topic, handler) => remote.tail(topic, handler),
      consume: (subscription) => log.consume(subscription),
      read: (position, maxRecords) => log.read(position, maxRecords),
      bounds: (topic) => log.bounds(topic),
      committed: (group, topic) => log.committed(group, topic),
      ping: () => log.ping(),
      async close() {
        // Whoever closes a log has stopped its threads before.
        await Promise.allSettled(appends);
        await log.close();
      },
    },
    close: () => port2.close(),
  };
}

async function makeHarness(): Promise<EventLogHarness> {
  const sqlite = await openSqliteLogHarness();
  let through = throughPort(sqlite.log);
  return {
    get log() {
      return through.log;
    },
    peer: () => Promise.resolve(through.log),
    partitions: sqlite.partitions,
    topic: () => sqlite.topic(),
    expire: (topic) => sqlite.expire(topic),
    async reopen() {
      through.close();
      await sqlite.reopen();
      through = throughPort(sqlite.log);
    },
    async close() {
      through.close();
      await sqlite.close();
    },
  };
}

eventLogContract('SQLite, through a port', makeHarness);

describe('ThreadLog', () => {
  const never: Pick<EventLog, 'append' | 'tail'> = {
    append: () => new Promise(() => {}),
    tail: () => new Promise(() => {}),
  };

  it('has what is asked for in one turn appended together, and a refusal cost the others nothing', async () => {
    const { port1, port2 } = new MessageChannel();
    const appends: string[][] = [];
    serveLog(port1, {
      ...never,
      async append(records) {
        const texts = records.map(({ value }) => Buffer.from(value ?? []).toString());
        appends.push(texts);
        if (texts.includes('bad')) throw new VitalwireError('rejected', 'bad', { retriable: false });
      },
    });
    const log = new ThreadLog(port2);
    const outcomes = (...texts: string[]): Promise<string[]> =>
      Promise.all(
        texts.map((text) =>
          log.append([record('t', 'K', text)]).then(
            () => text,
            (error: Error) => `refused: ${error.message}`,
          ),
        ),
      );
    expect(await outcomes('a', 'b', 'c')).toEqual(['a', 'b', 'c']);
    expect(appends.splice(0)).toEqual([['a', 'b', 'c']]);
    expect(await outcomes('a', 'bad', 'c')).toEqual(['a', 'refused: bad', 'c']);
    expect(appends.splice(0)).toEqual([['a', 'bad', 'c'], ['a'], ['bad'], ['c']]);
    const many = Array.from({ length: 600 }, String);
    expect(await outcomes(...many)).toEqual(many);
    expect(appends.map(({ length }) => length)).toEqual([256, 256, 88]);
    port2.close();
  });

  it('copies what it is given at once', async () => {
    const { port1, port2 } = new MessageChannel();
    const values: string[] = [];
    serveLog(port1, {
      ...never,
      append: async ([first]) => void values.push(Buffer.from(first?.value ?? []).toString()),
    });
    const bytes = Buffer.from('before');
    const appended = new ThreadLog(port2).append([{ ...record('t', 'K', ''), value: bytes }]);
    bytes.fill(0);
    await appended;
    expect(values).toEqual(['before']);
    port2.close();
  });

  it('tells which errors a retry may mend', async () => {
    const { port1, port2 } = new MessageChannel();
    serveLog(port1, {
      ...never,
      append: () => Promise.reject(new VitalwireError('overloaded', 'no room', { retriable: true })),
    });
    const refused = new ThreadLog(port2).append([record('t', 'K', 'x')]);
    await expect(refused).rejects.toMatchObject({ code: 'overloaded', message: 'no room', retriable: true });
    port2.close();
  });

  it('fails what waits, and what comes after, once the other side is gone', async () => {
    const { port1, port2 } = new MessageChannel();
    serveLog(port1, never);
    const log = new ThreadLog(port2);
    const waiting = log.append([record('t', 'K', 'x')]);
    const tail = log.tail('t', () => {});
    port1.close();
    await expect(waiting).rejects.toMatchObject({ code: 'closed' });
    await expect(tail).rejects.toMatchObject({ code: 'closed' });
    await expect(log.append([record('t', 'K', 'y')])).rejects.toMatchObject({ code: 'closed' });
  });
});
