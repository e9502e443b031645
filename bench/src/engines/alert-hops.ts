/** Where the milliseconds of an alert go: the moments that each record carries, read back from the log after the run. */
import { decodeCondition } from '@vitalwire/core/alarms/condition-codec.ts';
import type { EventLog, LogRecord } from '@vitalwire/core/ports/event-log.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { decodeReading } from '@vitalwire/core/vitals/codec.ts';
import { openBenchLog } from './bench-log.ts';

/** What the load and the station saw of one alert; Unix ms. */
export interface SeenAlert {
  readonly patientId: string;
  /** Event time of the reading that completes the delay. */
  readonly measuredAtMs: number;
  readonly dueAtMs: number;
  readonly shownAtMs: number;
}

export const HOPS = [
  'schedule to gateway',
  'gateway to condition (log, poll, operators)',
  'condition to station (log, poll, Redis, socket)',
] as const;

/** Milliseconds of each alert at each hop, in the order of HOPS. The log's own stamps are whole milliseconds. */
export async function alertHops(
  brokers: readonly string[],
  alerts: readonly SeenAlert[],
): Promise<readonly (readonly number[])[]> {
  const log = await openBenchLog(brokers);
  try {
    const wanted = new Set(alerts.map(({ patientId, measuredAtMs }) => `${patientId} ${measuredAtMs}`));
    const arrived = new Map<string, number>();
    await each(log, TOPICS.readings.name, ({ value, timestampMs }) => {
      if (value === null) return;
      const { patientId, measuredAtMs } = decodeReading(value);
      const key = `${patientId} ${measuredAtMs}`;
      if (wanted.has(key)) arrived.set(key, timestampMs);
    });
    const made = new Map<string, number>();
    await each(log, TOPICS.conditions.name, ({ value, timestampMs }) => {
      if (value === null) return;
      const { event, patientId, atMs } = decodeCondition(value);
      if (event === 'began') made.set(`${patientId} ${atMs}`, timestampMs);
    });
    return alerts.flatMap(({ patientId, measuredAtMs, dueAtMs, shownAtMs }) => {
      const key = `${patientId} ${measuredAtMs}`;
      const arrivedAtMs = arrived.get(key);
      const madeAtMs = nearest(made, patientId, measuredAtMs);
      if (arrivedAtMs === undefined || madeAtMs === undefined) return [];
      return [[arrivedAtMs - dueAtMs, madeAtMs - arrivedAtMs, shownAtMs - madeAtMs]];
    });
  } finally {
    await log.close();
  }
}

/** A condition's own moment is when its delay had passed, up to one reading before the one that told. */
function nearest(
  made: ReadonlyMap<string, number>,
  patientId: string,
  measuredAtMs: number,
): number | undefined {
  for (let backMs = 0; backMs <= READING_EVERY_MS; backMs++) {
    const found = made.get(`${patientId} ${measuredAtMs - backMs}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

const READING_EVERY_MS = 500;
const PAGE = 5_000;

async function each(log: EventLog, topic: string, visit: (record: LogRecord) => void): Promise<void> {
  for (const { partition, first, next } of await log.bounds(topic)) {
    for (let offset = first; offset < next;) {
      const page = await log.read({ topic, partition, offset }, PAGE);
      const last = page.at(-1);
      if (last === undefined) break;
      page.forEach(visit);
      offset = last.offset + 1;
    }
  }
}
