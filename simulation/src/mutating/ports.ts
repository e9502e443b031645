import { decodeCondition } from '@vitalwire/core/alarms/condition-codec.ts';
import type { AlertType } from '@vitalwire/core/alarms/condition.ts';
import type { EventLog, GroupPartition, LogRecord, PartitionTask } from '@vitalwire/core/ports/event-log.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import type { Ports } from '../components/ports.ts';

/** The port, but for some of its methods. */
export function overriding<T extends object>(port: T, changes: Partial<T>): T {
  return new Proxy(port, {
    get: (target, key, receiver) =>
      (changes as Record<PropertyKey, unknown>)[key] ?? (Reflect.get(target, key, receiver) as unknown),
  });
}

export const withLog = (ports: Ports, changes: Partial<EventLog>): Ports => ({
  ...ports,
  log: overriding(ports.log, changes),
});

/** Everything the process consumes goes to its task by way of `process`. */
export const around = (
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
export const handling = (ports: Ports, topic: string, other: (record: LogRecord) => LogRecord): Ports =>
  around(ports, (records, task, of) => task.process(of.topic === topic ? records.map(other) : records));

/** Answers at once, and does it when it comes to it. */
export const appendLater =
  (log: EventLog): EventLog['append'] =>
  async (records) =>
    void later(() => log.append(records));

/** Tried once: nobody waits for the answer. */
export const later = (work: () => Promise<unknown>): Promise<unknown> => work().catch(() => {});

export const withoutConditions = (ports: Ports, type: AlertType): Ports =>
  withLog(ports, {
    append: (records) =>
      ports.log.append(
        records.filter(
          ({ topic, value }) =>
            topic !== TOPICS.conditions.name || decodeCondition(value ?? new Uint8Array()).type !== type,
        ),
      ),
  });
