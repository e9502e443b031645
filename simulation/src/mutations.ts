import { deserialize } from 'node:v8';
import { NO_TIMERS } from '@vitalwire/alert-engine/lifecycle/timers.ts';
import type { AlertType } from '@vitalwire/core/alarms/condition.ts';
import { decodeRiskScore } from '@vitalwire/core/clinical/risk-score-codec.ts';
import { decodeCondition, encodeCondition } from '@vitalwire/core/alarms/condition-codec.ts';
import type { Checkpoint } from '@vitalwire/core/ports/checkpoint-store.ts';
import type {
  EventLog,
  GroupPartition,
  LogRecord,
  NewRecord,
  PartitionTask,
} from '@vitalwire/core/ports/event-log.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { decodeReading, encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { NO_MARKS } from '@vitalwire/core/vitals/reading.ts';
import {
  decodeState,
  encodeStateAtOnce,
  type StoredState,
} from '@vitalwire/stream-processors/runtime/checkpoint-codec.ts';
import type { Ports } from './components/ports.ts';
import type { SimulationOptions } from './simulate.ts';
import type { Process } from './world/process.ts';

type Mutate = NonNullable<SimulationOptions['mutate']>;

/**
 * Known bugs, each put in at a port, so that the code under test is the one that ships: what the simulation could not tell from the real
 * thing, it could not find either.
 */
export const MUTATIONS: Readonly<Record<string, Mutate>> = {
  /** The gateway acknowledges before the log has the reading. */
  'ack before append': ({ name }, ports) =>
    name.startsWith('gateway') ? withLog(ports, { append: appendLater(ports.log) }) : ports,

  /** The alert engine's group offset moves before the alerts are stored. */
  'commit before effects': ({ name }, ports) =>
    name.startsWith('alert-engine')
      ? around(ports, async (records, task, { group }) => {
          await group.commit((records.at(-1)?.offset ?? -1) + 1);
          await task.process(records);
        })
      : ports,

  /** The storage pipeline goes on before the raw points are stored. */
  'checkpoint before effects': ({ name }, ports) =>
    name.startsWith('storage')
      ? {
          ...ports,
          timeSeries: overriding(ports.timeSeries, {
            writeRaw: async (points) => void later(() => ports.timeSeries.writeRaw(points)),
          }),
        }
      : ports,

  /** Every reading is new: what names it is not what it was the last time. */
  'forgotten duplicate check': ({ name }, ports) => {
    if (!name.startsWith('storage')) return ports;
    let handled = 0;
    return handling(ports, TOPICS.readings.name, (record) => renamed(record, ++handled));
  },

  /** What ticks decided is not in the checkpoint that a restart begins from. */
  'tick outputs lost at restart': (process, ports) => dyingOnceDecided(process, ports, withoutUnstored),

  /** The scores' group goes on before the rows are stored. */
  'scores committed before they are stored': ({ name }, ports) =>
    name.startsWith('storage')
      ? {
          ...ports,
          analytics: overriding(ports.analytics, {
            writeRiskScores: async (scores) => void later(() => ports.analytics.writeRiskScores(scores)),
          }),
        }
      : ports,

  /** A region's hour is of the one partition that was heard last. */
  'regional shares replace one another': ({ name }, ports) =>
    name.startsWith('storage') ? handling(ports, TOPICS.regionalShares.name, ofPartitionZero) : ports,

  /** What was found in a backfill is told as if it were now. */
  'history raised as live': ({ name }, ports) =>
    name.startsWith('alerting')
      ? withLog(ports, { append: (records) => ports.log.append(records.map(asIfItWereNow)) })
      : ports,

  /** Two engines fire one timer, and the second does not notice the first. */
  'a timer fires twice': ({ name }, ports) =>
    name.startsWith('alert-engine')
      ? {
          ...ports,
          alerts: overriding(ports.alerts, {
            async commit(event) {
              const outcome = await ports.alerts.commit(event);
              const { alert } = event;
              if (event.event !== 'escalated' || outcome !== 'committed') return outcome;
              const [version, escalationStep] = [alert.version + 1, alert.escalationStep + 1];
              await ports.alerts.commit({ ...event, alert: { ...alert, version, escalationStep } });
              return outcome;
            },
          }),
        }
      : ports,

  /** An engine that starts does not look at what had fallen due. */
  'timers lost at restart': ({ name }, ports) =>
    name.startsWith('alert-engine')
      ? {
          ...ports,
          alerts: overriding(ports.alerts, {
            async snapshot(regions) {
              const { alerts, cursor } = await ports.alerts.snapshot(regions);
              return { alerts: alerts.map((alert) => ({ ...alert, ...NO_TIMERS })), cursor };
            },
          }),
        }
      : ports,

  /** What comes late and is of now all the same changes a score, and nobody writes it down. */
  'score not recomputed on repair': ({ name }, ports) => {
    if (!name.startsWith('alerting')) return ports;
    const newest = new Map<string, number>();
    return withLog(ports, {
      append: (records) => ports.log.append(records.filter((record) => isNewestScore(record, newest))),
    });
  },

  /** A restart begins with rolling aggregates that remember nothing. */
  'rolling aggregates lost at restart': ({ name }, ports) =>
    name.startsWith('alerting')
      ? {
          ...ports,
          checkpoints: overriding(ports.checkpoints, {
            save: (pipeline, partition, checkpoint) =>
              ports.checkpoints.save(pipeline, partition, withoutPanes(checkpoint)),
          }),
        }
      : ports,

  /** A score that is too high for one parameter alone alarms as the highest does. */
  'a single 3 taken for a 7': ({ name }, ports) =>
    name.startsWith('alerting')
      ? withLog(ports, { append: (records) => ports.log.append(records.map(asIfHigh)) })
      : ports,

  /** A wrong clock is corrected, and nobody is told. */
  'wrong clock not told': ({ name }, ports) =>
    name.startsWith('alerting') ? withoutConditions(ports, 'clock_wrong') : ports,

  /** Readings that come late for long are taken as they come. */
  'late feed not told': ({ name }, ports) =>
    name.startsWith('alerting') ? withoutConditions(ports, 'feed_late') : ports,

  /** A lead that is off is taken for a value. */
  'lead off not seen': ({ name }, ports) =>
    name.startsWith('alerting') ? handling(ports, TOPICS.readings.name, withoutMarks) : ports,

  /** The audit relay saves its position before the records. */
  'audit position before records': ({ name }, ports) =>
    name.startsWith('alert-engine') ? withLog(ports, { append: appendLater(ports.log) }) : ports,
};

/** Every life of the alerting pipeline ends once a tick's decision is saved and before it takes effect. What is saved is `saved`'s. */
export function dyingOnceDecided(
  process: Process,
  ports: Ports,
  saved: (checkpoint: Checkpoint) => Checkpoint = (checkpoint) => checkpoint,
): Ports {
  if (!process.name.startsWith('alerting')) return ports;
  return {
    ...ports,
    checkpoints: overriding(ports.checkpoints, {
      async save(pipeline, partition, checkpoint) {
        await ports.checkpoints.save(pipeline, partition, saved(checkpoint));
        const { unstored } = deserialize(checkpoint.state) as { unstored: unknown };
        if (unstored === undefined) return;
        process.crash('between a decision and its effect');
        await new Promise(() => {});
      },
    }),
  };
}

function overriding<T extends object>(port: T, changes: Partial<T>): T {
  return new Proxy(port, {
    get: (target, key, receiver) =>
      (changes as Record<PropertyKey, unknown>)[key] ?? (Reflect.get(target, key, receiver) as unknown),
  });
}

const withLog = (ports: Ports, changes: Partial<EventLog>): Ports => ({
  ...ports,
  log: overriding(ports.log, changes),
});

/** Everything the process consumes goes to its task by way of `process`. */
const around = (
  ports: Ports,
  process: (
    records: readonly LogRecord[],
    task: PartitionTask,
    of: { readonly topic: string; readonly group: GroupPartition },
  ) => Promise<void>,
): Ports =>
  withLog(ports, {
    consume: (subscription) =>
      ports.log.consume({
        ...subscription,
        async assigned({ topic, partition }, group) {
          const task = await subscription.assigned({ topic, partition }, group);
          return {
            startAt: task.startAt,
            process: (records) => process(records, task, { topic, group }),
            release: () => task.release(),
          };
        },
      }),
  });

/** The process takes each record of the topic for another. */
const handling = (ports: Ports, topic: string, other: (record: LogRecord) => LogRecord): Ports =>
  around(ports, (records, task, of) => task.process(of.topic === topic ? records.map(other) : records));

/** Answers at once, and does it when it comes to it. */
const appendLater =
  (log: EventLog): EventLog['append'] =>
  async (records) =>
    void later(() => log.append(records));

/** Tried once: nobody waits for the answer. */
const later = (work: () => Promise<unknown>): Promise<unknown> => work().catch(() => {});

function renamed(record: LogRecord, count: number): LogRecord {
  const reading = decodeReading(record.value ?? new Uint8Array());
  return { ...record, value: encodeReading({ ...reading, bootId: count }) };
}

function ofPartitionZero(record: LogRecord): LogRecord {
  const share = JSON.parse(Buffer.from(record.value ?? new Uint8Array()).toString()) as object;
  return { ...record, value: Buffer.from(JSON.stringify({ ...share, partition: 0 })) };
}

function asIfItWereNow(record: NewRecord): NewRecord {
  if (record.topic !== TOPICS.conditions.name) return record;
  const condition = decodeCondition(record.value ?? new Uint8Array());
  if (condition.historical === undefined) return record;
  return { ...record, value: encodeCondition({ ...condition, event: 'began', historical: undefined }) };
}

const QUARTER_MS = 900_000;

/** Not older than a row that was written before; a quarter's own row always is. */
function isNewestScore({ topic, key, value }: NewRecord, newest: Map<string, number>): boolean {
  if (topic !== TOPICS.riskScores.name) return true;
  const { atMs } = decodeRiskScore(value ?? new Uint8Array());
  if (atMs % QUARTER_MS === 0) return true;
  if (atMs < (newest.get(key) ?? Number.NEGATIVE_INFINITY)) return false;
  newest.set(key, atMs);
  return true;
}

function asIfHigh(record: NewRecord): NewRecord {
  if (record.topic !== TOPICS.conditions.name) return record;
  const condition = decodeCondition(record.value ?? new Uint8Array());
  if (condition.type !== 'early_warning_score') return record;
  return { ...record, value: encodeCondition({ ...condition, priority: 'high' }) };
}

const withoutConditions = (ports: Ports, type: AlertType): Ports =>
  withLog(ports, {
    append: (records) =>
      ports.log.append(
        records.filter(
          ({ topic, value }) =>
            topic !== TOPICS.conditions.name || decodeCondition(value ?? new Uint8Array()).type !== type,
        ),
      ),
  });

function withoutMarks(record: LogRecord): LogRecord {
  const reading = decodeReading(record.value ?? new Uint8Array());
  return { ...record, value: encodeReading({ ...reading, validity: NO_MARKS }) };
}

function withoutPanes(checkpoint: Checkpoint): Checkpoint {
  return changed<{ patients: Map<string, { panes: unknown }> }>(checkpoint, (stored) => {
    for (const patient of stored.state.patients.values()) patient.panes = null;
    return stored;
  });
}

function withoutUnstored(checkpoint: Checkpoint): Checkpoint {
  return changed(checkpoint, (stored) => ({ ...stored, unstored: undefined }));
}

function changed<State>(
  checkpoint: Checkpoint,
  change: (stored: StoredState<State, unknown>) => StoredState<State, unknown>,
): Checkpoint {
  const { version } = deserialize(checkpoint.state) as { version: number };
  const stored = decodeState<State, unknown>(checkpoint.state, version);
  return stored ? { ...checkpoint, state: encodeStateAtOnce(change(stored)) } : checkpoint;
}
