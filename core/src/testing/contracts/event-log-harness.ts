import type { EventLog, LogRecord, NewRecord } from '../../ports/event-log.ts';
import { partitionOf } from '../../runtime/topics.ts';

/** One adapter on one engine, for one test. */
export interface EventLogHarness {
  /** The log under test; another object after `reopen`. */
  readonly log: EventLog;
  /** A log of another process on the same engine; the same object where an engine allows one process only. Closed by `close`. */
  peer(): Promise<EventLog>;
  /** Makes an empty topic of `partitions` partitions whose records are kept at least as long as the test runs. */
  topic(): Promise<string>;
  readonly partitions: number;
  /** Removes what the topic holds now, as its retention by time would. */
  expire(topic: string): Promise<void>;
  /** Ends the log's process in mid-air, or as near to that as can be had, and starts it anew. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

export function record(topic: string, key: string, value: string | null): NewRecord {
  return {
    topic,
    key,
    value: value === null ? null : Buffer.from(value),
    headers: {},
    timestampMs: 1_767_225_600_000,
  };
}

/** A key for each partition, in order. */
export function keysByPartition(partitions: number): string[] {
  const keys = new Map<number, string>();
  for (let i = 0; keys.size < partitions; i++) {
    const partition = partitionOf(`K${i}`, partitions);
    if (!keys.has(partition)) keys.set(partition, `K${i}`);
  }
  return Array.from({ length: partitions }, (_, partition) => keys.get(partition) ?? '');
}

export const textOf = (record: LogRecord): string => Buffer.from(record.value ?? []).toString('utf8');

export async function readAll(log: EventLog, topic: string): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (const { partition, first, next } of await log.bounds(topic)) {
    for (let offset = first; offset < next;) {
      const page = await log.read({ topic, partition, offset }, 1000);
      records.push(...page);
      offset = (page.at(-1)?.offset ?? next) + 1;
    }
  }
  return records;
}
