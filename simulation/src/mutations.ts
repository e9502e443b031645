import { deserialize, serialize } from 'node:v8';
import { NO_TIMERS } from '@vitalwire/alert-engine/lifecycle/timers.ts';
import { decodeCondition, encodeCondition } from '@vitalwire/core/alarms/condition-codec.ts';
import type { Checkpoint } from '@vitalwire/core/ports/checkpoint-store.ts';
import type { EventLog, LogRecord, NewRecord, PartitionTask } from '@vitalwire/core/ports/event-log.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { decodeReading, encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { NO_MARKS } from '@vitalwire/core/vitals/reading.ts';
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
      ? withLog(ports, {
          consume: (subscription) =>
            ports.log.consume({
              ...subscription,
              async assigned(partition, group) {
                const task = await subscription.assigned(partition, group);
                return around(task, async (records) => {
                  await group.commit((records.at(-1)?.offset ?? -1) + 1);
                  await task.process(records);
                });
              },
            }),
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
    return withLog(ports, {
      consume: (subscription) =>
        ports.log.consume({
          ...subscription,
          async assigned(partition, group) {
            const task = await subscription.assigned(partition, group);
            if (partition.topic !== TOPICS.readings.name) return task;
            return around(task, (records) => task.process(records.map((one) => renamed(one, ++handled))));
          },
        }),
    });
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
    name.startsWith('storage')
      ? withLog(ports, {
          consume: (subscription) =>
            ports.log.consume({
              ...subscription,
              async assigned(partition, group) {
                const task = await subscription.assigned(partition, group);
                if (partition.topic !== TOPICS.regionalShares.name) return task;
                return around(task, (records) => task.process(records.map(ofPartitionZero)));
              },
            }),
        })
      : ports,

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

  /** A lead that is off is taken for a value. */
  'lead off not seen': ({ name }, ports) =>
    name.startsWith('alerting')
      ? withLog(ports, {
          consume: (subscription) =>
            ports.log.consume({
              ...subscription,
              async assigned(partition, group) {
                const task = await subscription.assigned(partition, group);
                return around(task, (records) => task.process(records.map(withoutMarks)));
              },
            }),
        })
      : ports,

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

const around = (task: PartitionTask, process: PartitionTask['process']): PartitionTask => ({
  startAt: task.startAt,
  process,
  release: () => task.release(),
});

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

function withoutMarks(record: LogRecord): LogRecord {
  const reading = decodeReading(record.value ?? new Uint8Array());
  return { ...record, value: encodeReading({ ...reading, validity: NO_MARKS }) };
}

function withoutUnstored(checkpoint: Checkpoint): Checkpoint {
  const stored = deserialize(checkpoint.state) as Record<string, unknown>;
  return { ...checkpoint, state: serialize({ ...stored, unstored: undefined }) };
}
