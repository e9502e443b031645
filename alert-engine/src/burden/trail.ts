import { decodeAlertEvent } from '@vitalwire/core/alarms/alert-codec.ts';
import type { AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import type { EventLog, LogRecord, PartitionBounds } from '@vitalwire/core/ports/event-log.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';

const PAGE_RECORDS = 2_000;
/** The relay writes an event soon after it happened, rarely this much later. */
const SLACK_MS = 15 * 60_000;

/**
 * Alert events of the audit trail from about `fromMs` to about `toMs` on (a little more of both), each partition in its order: all of an
 * alert are in one.
 */
export async function* trailBetween(log: EventLog, fromMs: number, toMs: number): AsyncGenerator<AlertEvent> {
  for (const bounds of await log.bounds(TOPICS.lifecycle.name)) {
    let offset = await firstAfter(log, bounds, fromMs - SLACK_MS);
    for (;;) {
      const records = await readAt(log, bounds.partition, offset, PAGE_RECORDS);
      for (const record of records) {
        const event = decoded(record);
        if (event) yield event;
      }
      const last = records.at(-1);
      if (!last || last.timestampMs > toMs + SLACK_MS) break;
      offset = last.offset + 1;
    }
  }
}

/** Records stand nearly in the order of their timestamps: by halving. */
async function firstAfter(
  log: EventLog,
  { partition, first, next }: PartitionBounds,
  ms: number,
): Promise<number> {
  let [low, high] = [first, next];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [record] = await readAt(log, partition, middle, 1);
    if (record && record.timestampMs < ms) low = record.offset + 1;
    else high = middle;
  }
  return low;
}

const readAt = (
  log: EventLog,
  partition: number,
  offset: number,
  max: number,
): Promise<readonly LogRecord[]> => log.read({ topic: TOPICS.lifecycle.name, partition, offset }, max);

/** What a newer engine wrote, and this one cannot read, is no reason to have no report. */
function decoded({ value }: LogRecord): AlertEvent | undefined {
  if (value === null) return undefined;
  try {
    return decodeAlertEvent(value);
  } catch {
    return undefined;
  }
}
