import { decodeCondition } from '@vitalwire/core/alarms/condition-codec.ts';
import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import type { Consumer, EventLog, LogRecord } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import type { PolicyFor } from '../lifecycle/policy.ts';
import type { AlertEngineMetrics } from '../metrics.ts';
import { applyCondition } from './apply.ts';
import { ConditionsTask } from './partition-task.ts';

export const CONDITIONS_GROUP = 'vitalwire.alert-engine';

const BATCH_RECORDS = 500;

export interface ConditionsDeps {
  readonly log: EventLog;
  readonly alerts: AlertStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: AlertEngineMetrics;
  readonly random: () => number;
  readonly policyFor: PolicyFor;
  /** Told of the first partition's coming and going: whoever has it does what one engine alone should do. */
  readonly leadership: { gained(): void; lost(): Promise<void> };
}

/**
 * Applies `alerts.conditions` to the alert store: serial for a patient, patients side by side, and the group's offset moves only when
 * everything before it is in the store for good. A crash in between replays records that change nothing.
 */
export async function consumeConditions(deps: ConditionsDeps): Promise<Consumer> {
  const stopping = new AbortController();
  const failure = Promise.withResolvers<never>();
  const tasks = new Set<ConditionsTask>();
  deps.alerts.onLost(() => {
    for (const task of tasks) task.storeLost();
  });
  const consumer = await deps.log.consume({
    group: CONDITIONS_GROUP,
    topics: [TOPICS.conditions.name],
    maxBatchRecords: BATCH_RECORDS,
    async assigned({ partition }, group) {
      if (partition === 0) deps.leadership.gained();
      const task = new ConditionsTask(partition, group, {
        ...deps,
        apply: (record, alerts) => applyRecord(deps, alerts, record),
        failed: failure.reject,
        stopping: stopping.signal,
      });
      tasks.add(task);
      return {
        startAt: task.startAt,
        process: (records) => task.process(records),
        async release() {
          await task.release();
          tasks.delete(task);
          if (partition === 0) await deps.leadership.lost();
        },
      };
    },
  });
  const failed = Promise.race([consumer.failed, failure.promise]);
  // Whoever does not ask is not told.
  failed.catch(() => {});
  return {
    failed,
    stop: () => {
      // A store that is away would otherwise hold what is under way, and with it the stop, for ever.
      stopping.abort();
      return consumer.stop();
    },
  };
}

async function applyRecord(deps: ConditionsDeps, alerts: AlertStore, record: LogRecord): Promise<void> {
  const condition = decoded(record);
  if (condition instanceof Error) return setAside(deps, record, condition);
  const outcome = await applyCondition(condition, alerts, deps.clock, deps.metrics, deps.policyFor);
  if (outcome.kind === 'applied') {
    const { event, alert } = outcome.event;
    deps.metrics.conditions.inc({ outcome: event });
    deps.metrics.events.inc({ event, kind: alert.kind, priority: alert.priority });
    deps.metrics.conditionLatency.observe(Math.max(0, deps.clock.now() - record.timestampMs) / 1000);
    deps.logger.info(
      { alert_id: alert.id, patient_id: alert.patientId, type: alert.type, priority: alert.priority },
      `alert ${event}`,
    );
  } else {
    deps.metrics.conditions.inc({ outcome: outcome.reason });
  }
}

function decoded(record: LogRecord): ConditionEvent | Error {
  try {
    return decodeCondition(record.value ?? new Uint8Array());
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** What is no condition must not hold up the conditions behind it; it is kept with its reason. */
async function setAside(deps: ConditionsDeps, record: LogRecord, error: Error): Promise<void> {
  deps.logger.error({ err: error, partition: record.partition, offset: record.offset }, 'not a condition');
  await deps.log.append([
    {
      topic: TOPICS.deadLetters.name,
      key: record.key,
      value: record.value,
      headers: {
        reason: messageOf(error).slice(0, 500),
        topic: record.topic,
        partition: String(record.partition),
        offset: String(record.offset),
      },
      timestampMs: deps.clock.now(),
    },
  ]);
  deps.metrics.conditions.inc({ outcome: 'undecodable' });
}
