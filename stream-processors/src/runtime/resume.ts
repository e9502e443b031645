import type { EventLog } from '@vitalwire/core/ports/event-log.ts';

/**
 * The first offset of a partition whose record arrived at `fromMs` or later; the end of the log where there is none. Searches by halves:
 * arrivals of several gateways are ordered to within their clocks, so the caller asks for a little more than it needs.
 */
export async function offsetAt(
  log: EventLog,
  topic: string,
  partition: number,
  fromMs: number,
): Promise<number> {
  const bounds = (await log.bounds(topic)).find((entry) => entry.partition === partition);
  if (!bounds) return 0;
  let low = bounds.first;
  let high = bounds.next;
  while (low < high) {
    const middle = low + Math.floor((high - low) / 2);
    const record = (await log.read({ topic, partition, offset: middle }, 1))[0];
    // A hole to the end of what is searched: nothing there to find.
    if (record === undefined || record.offset >= high || record.timestampMs >= fromMs) high = middle;
    else low = record.offset + 1;
  }
  return low;
}
