import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CheckpointStore } from '@vitalwire/core/ports/checkpoint-store.ts';
import type {
  EventLog,
  GroupPartition,
  LogRecord,
  PartitionBounds,
  TopicPartition,
} from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import type { PipelineMetrics } from '../metrics.ts';
import type { Tally } from '../pipelines/tally.ts';
import { createAttempt, type Attempt } from './attempt.ts';
import { decodeState } from './checkpoint-codec.ts';
import { CheckpointPace } from './checkpoint-pace.ts';
import { gather } from './gather.ts';
import { NewsRoom, type NewsSource } from './news.ts';
import { StreamTask } from './partition-task.ts';
import { offsetAt } from './resume.ts';
import type { Sink, Topology } from './topology.ts';
import type { Urgent, WayGiver } from './way-giver.ts';

export interface PipelineOptions<State, Outputs> {
  readonly topology: Topology<State, Outputs>;
  readonly sink: (attempt: Attempt) => Sink<Outputs>;
  /** Where settings and patients come from; undefined for a pipeline that asks for neither. */
  readonly news: NewsSource | undefined;
  /** Told after each tick of a task how far it is behind. */
  readonly onTick: (partition: number, lagRecords: number) => void;
  /** Ends what the pipeline does beside its tasks. */
  readonly onStopped: () => Promise<void>;
  readonly maxBatchRecords: number;
  /** Time between two batches of a partition that has caught up; 0 for none. */
  readonly gatherMs: number;
  /** Passed before each batch; undefined where nothing goes first. */
  readonly way: WayGiver | undefined;
  readonly checkpointEveryMs: number;
  readonly log: EventLog;
  readonly checkpoints: CheckpointStore;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics: PipelineMetrics;
}

/** A running pipeline. `failed` never resolves; it rejects with what ended the pipeline, whose process should then be started anew. */
export interface RunningPipeline extends Service, Urgent {
  readonly failed: Promise<never>;
}

const TICK_MS = 1_000;

/** A state without a usable checkpoint is built again from this much of the log: the longest window there is, with an hour's margin. */
const REBUILD_MS = 2 * 3_600_000;

/** Joins the pipeline's consumer group (`vitalwire.<pipeline>`) and runs a task for each partition it is given. */
export async function startPipeline<State, Outputs extends { readonly tally: Tally }>(
  options: PipelineOptions<State, Outputs>,
): Promise<RunningPipeline> {
  const { topology, log, clock, logger, metrics } = options;
  const { pipeline } = topology;
  const topic = TOPICS.readings.name;
  const stopping = new AbortController();
  const failure = Promise.withResolvers<never>();
  const tasks = new Map<number, StreamTask<State, Outputs>>();
  const attempt = createAttempt({
    clock,
    logger,
    signal: stopping.signal,
    random: options.random,
    onRetry: (effect) => metrics.retries.inc({ pipeline, effect }),
  });
  const sink = options.sink(attempt);
  const { length: partitions } = await attempt('bounds', () => log.bounds(topic));
  const newsRoom = new NewsRoom(options.news, partitions);
  const pace = new CheckpointPace(options.checkpointEveryMs, () => tasks.size);

  async function assigned({ partition }: TopicPartition, group: GroupPartition) {
    const restored = await restore(partition, group);
    const inbox = await attempt('directory', () => newsRoom.open(partition));
    const task = new StreamTask({
      ...options,
      ...restored,
      inbox,
      partition,
      sink,
      group,
      attempt,
      pace,
      firstCheckpointAfterMs: options.checkpointEveryMs * options.random(),
    });
    tasks.set(partition, task);
    return {
      startAt: task.startAt,
      async process(records: readonly LogRecord[]) {
        await options.way?.pass(records);
        await task.process(records);
        if (records.length < options.maxBatchRecords) await gather({ ...options, signal: stopping.signal });
      },
      async release() {
        tasks.delete(partition);
        newsRoom.close(partition);
        // What could not be saved is read again by whoever comes next.
        await task.release().catch((error: unknown) => {
          logger.warn({ partition, reason: messageOf(error) }, 'no checkpoint at release');
        });
        forget(partition);
      },
    };
  }

  /** Another member tells of it from now on: what stood here last would look like a partition that nobody works on. */
  function forget(partition: number): void {
    for (const gauge of [metrics.lag, metrics.watermarkLag, metrics.checkpointBytes])
      gauge.remove({ pipeline, partition });
  }

  async function restore(
    partition: number,
    group: GroupPartition,
  ): Promise<{ state: State; startAt: number | undefined }> {
    const checkpoint = await attempt('restore', () => options.checkpoints.load(pipeline, partition));
    const stored = checkpoint && decodeState<State, Outputs>(checkpoint.state, topology.stateVersion);
    if (checkpoint && stored) {
      // Stored before the task begins: what was decided may not have taken effect when the process died.
      if (stored.unstored) await sink.store(stored.unstored, partition);
      logger.info({ partition, next_offset: checkpoint.nextOffset }, 'state restored');
      return { state: stored.state, startAt: checkpoint.nextOffset };
    }
    if (!checkpoint && group.committed === undefined) {
      return { state: topology.newState(Number.NEGATIVE_INFINITY), startAt: undefined };
    }
    const fromMs = clock.now() - REBUILD_MS;
    const startAt = await attempt('restore', () => offsetAt(log, topic, partition, fromMs));
    metrics.rebuilds.inc({ pipeline });
    logger.warn(
      { partition, next_offset: startAt },
      'no usable checkpoint: building the state again from the log',
    );
    return { state: topology.newState(fromMs), startAt };
  }

  let asking = false;
  async function tickAll(): Promise<void> {
    if (asking) return;
    asking = true;
    // Before the question: whatever arrived until then is within the answer, however long that and the task's batch take.
    const askedAtMs = clock.now();
    try {
      let isFirst = true;
      for (const bounds of await log.bounds(topic)) {
        // Each looks at all of its patients: together they would hold up every alert of that moment.
        if (!isFirst) await nextTurn();
        isFirst = false;
        void tickOne(bounds, askedAtMs);
      }
    } catch (error) {
      // No tick, no pulse, and stations say so.
      logger.warn({ reason: messageOf(error) }, 'the event log does not answer: no tick');
    } finally {
      asking = false;
    }
  }
  async function tickOne(bounds: PartitionBounds, askedAtMs: number): Promise<void> {
    try {
      const lag = await tasks.get(bounds.partition)?.tick(bounds, askedAtMs);
      if (lag !== undefined) options.onTick(bounds.partition, lag);
    } catch (error) {
      if (!stopping.signal.aborted) failure.reject(error);
    }
  }
  const cancelTicks = clock.every(TICK_MS, () => void tickAll());

  const consumer = await log
    .consume({
      group: `vitalwire.${pipeline}`,
      topics: [topic],
      maxBatchRecords: options.maxBatchRecords,
      assigned,
    })
    .catch((error: unknown) => {
      cancelTicks();
      throw error;
    });
  const failed = Promise.race([consumer.failed, failure.promise]);
  // Whoever started the pipeline watches it; one nobody watches must not end the process by itself.
  failed.catch(() => {});

  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    cancelTicks();
    // Ends only what is being tried again: an effect under way still has its time.
    stopping.abort();
    try {
      await consumer.stop();
    } finally {
      await options.onStopped();
    }
  }
  function behindMs(): number {
    if (tasks.size === 0) return Number.POSITIVE_INFINITY;
    return Math.max(...[...tasks.values()].map((task) => task.behindMs()));
  }
  return { name: pipeline, failed, behindMs, stop: () => (stopped ??= stop()) };
}
