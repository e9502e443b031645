import { deserialize } from 'node:v8';
import { NO_TIMERS } from '@vitalwire/alert-engine/lifecycle/timers.ts';
import type { Checkpoint } from '@vitalwire/core/ports/checkpoint-store.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import type { Ports } from './components/ports.ts';
import {
  appendLater,
  around,
  handling,
  later,
  overriding,
  withLog,
  withoutConditions,
} from './mutating/ports.ts';
import {
  asIfHigh,
  asIfItWereNow,
  isNewestScore,
  ofPartitionZero,
  renamed,
  withoutMarks,
  withoutPanes,
  withoutUnstored,
} from './mutating/records.ts';
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
