import { deserialize, serialize } from 'node:v8';
import type { Checkpoint } from '@vitalwire/core/ports/checkpoint-store.ts';
import type { EventLog, LogRecord, PartitionTask } from '@vitalwire/core/ports/event-log.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { decodeReading, encodeReading } from '@vitalwire/core/vitals/codec.ts';
import type { Ports } from './components/ports.ts';
import type { SimulationOptions } from './simulate.ts';

type Mutate = NonNullable<SimulationOptions['mutate']>;

/**
 * Known bugs, each put in at a port, so that the code under test is the one that ships: what the simulation could not tell from the real
 * thing, it could not find either.
 */
export const MUTATIONS: Readonly<Record<string, Mutate>> = {
  /** The gateway acknowledges before the log has the reading. */
  'ack before append': (component, ports) =>
    component.startsWith('gateway') ? withLog(ports, { append: appendLater(ports.log) }) : ports,

  /** The alert engine's group offset moves before the alerts are stored. */
  'commit before effects': (component, ports) =>
    component.startsWith('alert-engine')
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
  'checkpoint before effects': (component, ports) =>
    component.startsWith('storage')
      ? {
          ...ports,
          timeSeries: overriding(ports.timeSeries, {
            writeRaw: async (points) => void later(() => ports.timeSeries.writeRaw(points)),
          }),
        }
      : ports,

  /** Every reading is new: what names it is not what it was the last time. */
  'forgotten duplicate check': (component, ports) => {
    if (!component.startsWith('storage')) return ports;
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
  'tick outputs lost at restart': (component, ports) =>
    component.startsWith('alerting')
      ? {
          ...ports,
          checkpoints: overriding(ports.checkpoints, {
            save: (pipeline, partition, checkpoint) =>
              ports.checkpoints.save(pipeline, partition, withoutUnstored(checkpoint)),
          }),
        }
      : ports,

  /** The audit relay saves its position before the records. */
  'audit position before records': (component, ports) =>
    component.startsWith('alert-engine') ? withLog(ports, { append: appendLater(ports.log) }) : ports,
};

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

function withoutUnstored(checkpoint: Checkpoint): Checkpoint {
  const stored = deserialize(checkpoint.state) as Record<string, unknown>;
  return { ...checkpoint, state: serialize({ ...stored, unstored: undefined }) };
}
