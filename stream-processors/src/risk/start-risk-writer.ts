import { decodeRiskScore } from '@vitalwire/core/clinical/risk-score-codec.ts';
import { decodeShare, statisticsOf, type RegionalShare } from '@vitalwire/core/clinical/regional-share.ts';
import type { Analytics } from '@vitalwire/core/ports/analytics.ts';
import type {
  Consumer,
  EventLog,
  GroupPartition,
  LogRecord,
  PartitionTask,
} from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { isSuperseded } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import type { PipelineMetrics } from '../metrics.ts';
import { createAttempt, type Attempt } from '../runtime/attempt.ts';
import { gather } from '../runtime/gather.ts';
import type { WayGiver } from '../runtime/way-giver.ts';

export interface RiskWriter extends Service {
  readonly failed: Promise<never>;
}

export interface RiskWriterDeps {
  readonly log: EventLog;
  readonly analytics: Analytics;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics: PipelineMetrics;
  /** Time between two batches of a partition; 0 for none. */
  readonly gatherMs: number;
  /** Passed before each batch; undefined where nothing goes first. */
  readonly way: WayGiver | undefined;
}

const BATCH_RECORDS = 500;

/**
 * What the alerting pipeline said of scores, to the analytics store: `risk_scores` as they come, `regional_stats` from the shares of all
 * partitions. Stalls while the store is away and catches up from the log; alerting never waits for it.
 */
export async function startRiskWriter(deps: RiskWriterDeps): Promise<RiskWriter> {
  const stopping = new AbortController();
  const attempt = createAttempt({
    clock: deps.clock,
    logger: deps.logger,
    signal: stopping.signal,
    random: deps.random,
    onRetry: (effect) => deps.metrics.retries.inc({ pipeline: 'risk', effect }),
  });
  const consumers: Consumer[] = [];
  const stop = async (): Promise<void> => {
    stopping.abort();
    await Promise.all(consumers.map((consumer) => consumer.stop()));
  };
  const consume = async (
    group: string,
    topic: string,
    task: (group: GroupPartition) => PartitionTask,
  ): Promise<void> => {
    const assigned = async (_: unknown, member: GroupPartition): Promise<PartitionTask> => {
      const inner = task(member);
      return {
        ...inner,
        async process(records) {
          await deps.way?.pass(records);
          await inner.process(records);
          if (records.length < BATCH_RECORDS) await gather({ ...deps, signal: stopping.signal });
        },
      };
    };
    consumers.push(
      await deps.log.consume({ group, topics: [topic], maxBatchRecords: BATCH_RECORDS, assigned }),
    );
  };
  try {
    await consume('vitalwire.risk-scores', TOPICS.riskScores.name, (group) =>
      scoresTask(deps, attempt, group),
    );
    await consume('vitalwire.regional-shares', TOPICS.regionalShares.name, (group) =>
      sharesTask(deps, attempt, group),
    );
  } catch (error) {
    await stop();
    throw error;
  }
  const failed = Promise.race(consumers.map((consumer) => consumer.failed));
  failed.catch(() => {});
  let stopped: Promise<void> | undefined;
  return { name: 'risk', failed, stop: () => (stopped ??= stop()) };
}

/** A row's key is (region, patient, moment): written twice, it is one. */
function scoresTask(
  { analytics, metrics, logger }: RiskWriterDeps,
  attempt: Attempt,
  group: GroupPartition,
): PartitionTask {
  return {
    startAt: group.committed,
    async process(records) {
      const scores = decodeAll(records, decodeRiskScore, { metrics, logger });
      if (scores.length > 0) await attempt('risk_scores', () => analytics.writeRiskScores(scores));
      await commit(group, records);
    },
    release: async () => {},
  };
}

/** Reads its partition from the beginning each time (a few thousand shares a week): what a row is made of is then whole, without a checkpoint. */
function sharesTask(
  { analytics, metrics, logger }: RiskWriterDeps,
  attempt: Attempt,
  group: GroupPartition,
): PartitionTask {
  const hours = new Map<string, Map<number, RegionalShare>>();
  return {
    startAt: undefined,
    async process(records) {
      const touched = new Set<Map<number, RegionalShare>>();
      for (const { partition, ...share } of decodeAll(records, decodeShare, { metrics, logger })) {
        const name = `${share.hourMs} ${share.region}`;
        const ofHour = hours.get(name) ?? new Map<number, RegionalShare>();
        hours.set(name, ofHour.set(partition, share));
        touched.add(ofHour);
      }
      const rows = [...touched].flatMap((ofHour) => statisticsOf([...ofHour.values()]) ?? []);
      if (rows.length > 0) await attempt('regional_stats', () => analytics.writeRegionalStatistics(rows));
      forgetOld(hours);
      await commit(group, records);
    },
    release: async () => {},
  };
}

/** As long as the topic keeps shares, and then some. */
const HOURS_KEPT_MS = 8 * 86_400_000;

function forgetOld(hours: Map<string, Map<number, RegionalShare>>): void {
  let newestMs = Number.NEGATIVE_INFINITY;
  for (const name of hours.keys()) newestMs = Math.max(newestMs, Number.parseInt(name, 10));
  for (const name of hours.keys()) {
    if (Number.parseInt(name, 10) < newestMs - HOURS_KEPT_MS) hours.delete(name);
  }
}

/** Only we write these topics: what cannot be read is a bug, counted and left out rather than in the way of what follows. */
function decodeAll<T>(
  records: readonly LogRecord[],
  decode: (bytes: Uint8Array) => T,
  { metrics, logger }: Pick<RiskWriterDeps, 'metrics' | 'logger'>,
): T[] {
  return records.flatMap((record) => {
    try {
      return [decode(record.value ?? new Uint8Array())];
    } catch (error) {
      const { topic, partition, offset } = record;
      metrics.deadLetters.inc({ pipeline: 'risk', reason: 'decode' });
      logger.error({ topic, partition, offset, err: error }, 'left out what cannot be read');
      return [];
    }
  });
}

async function commit(group: GroupPartition, records: readonly LogRecord[]): Promise<void> {
  const last = records.at(-1);
  if (!last) return;
  try {
    await group.commit(last.offset + 1);
  } catch (error) {
    // Whoever has the partition now writes the same rows again.
    if (!isSuperseded(error)) throw error;
  }
}
