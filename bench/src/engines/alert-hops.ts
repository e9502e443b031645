/** Where the milliseconds of an alert go: the moments that each record carries, read back from the log after the run. */
import { KAFKA_DEFAULTS, openKafkaEventLog } from '@vitalwire/core/adapters/kafka/event-log.ts';
import { kafkaMetrics } from '@vitalwire/core/adapters/kafka/metrics.ts';
import { decodeCondition } from '@vitalwire/core/alarms/condition-codec.ts';
import type { EventLog, LogRecord } from '@vitalwire/core/ports/event-log.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { decodeReading } from '@vitalwire/core/vitals/codec.ts';

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
  const log = await openKafkaEventLog(
    { brokers, clientId: 'vitalwire-bench', topics: [TOPICS.readings.name], ...KAFKA_DEFAULTS },
    {
      clock: systemClock,
      logger: createLogger('bench', 'error'),
      metrics: kafkaMetrics(createRegistry('bench')),
    },
  );
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
