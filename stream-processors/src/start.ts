import { asSource, type SettingsSource } from '@vitalwire/core/settings/settings-source.ts';
import type { AlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import type { Analytics } from '@vitalwire/core/ports/analytics.ts';
import type { CheckpointStore } from '@vitalwire/core/ports/checkpoint-store.ts';
import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import type { LiveBus } from '@vitalwire/core/ports/live-bus.ts';
import type { PatientDirectory } from '@vitalwire/core/ports/patient-directory.ts';
import type { TimeSeries } from '@vitalwire/core/ports/time-series.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { Registry } from '@vitalwire/core/runtime/metrics.ts';
import { processorMetrics } from './metrics.ts';
import { alertingTopology } from './pipelines/alerting.ts';
import { storageTopology } from './pipelines/storage.ts';
import { startPipeline, type RunningPipeline } from './runtime/pipeline.ts';
import { WayGiver, type Urgent } from './runtime/way-giver.ts';
import { alertingSink } from './sinks/alerting-sink.ts';
import { createLivePublisher } from './sinks/live-publisher.ts';
import { startRiskWriter } from './risk/start-risk-writer.ts';
import { storageSink } from './sinks/storage-sink.ts';

export interface PipelineConfig {
  /** How far behind the newest event time of a partition data may come without being late. */
  readonly allowedLatenessMs: number;
  /** How far ahead of its arrival an event time is believed; the gateway's tolerance. */
  readonly futureToleranceMs: number;
  /** Wall time between two checkpoints of a partition, at least. */
  readonly checkpointEveryMs: number;
  readonly maxBatchRecords: number;
  /** Time between two batches of a partition that has caught up, so that few large ones take the place of many small. 0: none is waited for. */
  readonly gatherMs: number;
}

export interface AlertingConfig extends PipelineConfig {
  /** Replaced while the pipeline runs, a change is taken over within seconds. */
  readonly settings: SettingsSource<AlarmSettings>;
  /** Whose patients the directory is asked for. */
  readonly regions: readonly string[];
  /** A reading older than this at its arrival is history and raises no alarm: as long as the live bus calls vitals the latest. */
  readonly liveWithinMs: number;
  /** Whether the live bus carries rolling aggregates; nothing of ours reads them, who reads Redis may. */
  readonly rolling: boolean;
}

export interface StorageConfig extends PipelineConfig {
  /** How stale the row of a window that is still open may be. */
  readonly refreshMs: number;
}

export const PIPELINE_DEFAULTS: PipelineConfig = {
  allowedLatenessMs: 10_000,
  futureToleranceMs: 60_000,
  checkpointEveryMs: 5_000,
  maxBatchRecords: 1_000,
  gatherMs: 0,
};

export const alertingDefaults = (
  settings: AlarmSettings | SettingsSource<AlarmSettings>,
  regions: readonly string[] = [],
): AlertingConfig => ({
  ...PIPELINE_DEFAULTS,
  settings: asSource(settings),
  regions,
  liveWithinMs: 300_000,
  rolling: true,
});

export const STORAGE_DEFAULTS: StorageConfig = { ...PIPELINE_DEFAULTS, refreshMs: 60_000 };

export interface PipelineDeps {
  readonly log: EventLog;
  readonly checkpoints: CheckpointStore;
  readonly clock: Clock;
  /** 0..1, for the jitter of retries and of the first checkpoints. */
  readonly random: () => number;
  readonly logger: Logger;
  readonly registry: Registry;
}

/**
 * Needs the event log; the live bus may be away. Without a directory everybody is an adult of whom nothing is recorded. Resolves once
 * joined to the group `vitalwire.alerting`.
 */
export function startAlertingPipeline(
  config: AlertingConfig,
  deps: PipelineDeps & { readonly live: LiveBus; readonly directory?: PatientDirectory },
): Promise<RunningPipeline> {
  const { log, clock, directory } = deps;
  const { settings, regions } = config;
  const metrics = processorMetrics(deps.registry);
  const live = createLivePublisher(deps.live, clock, metrics);
  return startPipeline({
    ...deps,
    metrics,
    topology: alertingTopology({ ...config, settings: settings.current() }),
    news: { settings, directory, regions },
    sink: (attempt) => alertingSink({ log, clock, live, attempt, metrics }),
    onTick: (partition, lagRecords) => live.pulse({ partition, atMs: clock.now(), lagRecords }),
    onStopped: () => live.stop(),
    maxBatchRecords: config.maxBatchRecords,
    gatherMs: config.gatherMs,
    way: undefined,
    checkpointEveryMs: config.checkpointEveryMs,
  });
}

/**
 * Stalls while the stores are away and catches up from the log. Resolves once joined to the group `vitalwire.storage`, and to those of the
 * scores and shares that the alerting pipeline puts out (`vitalwire.risk-scores`, `vitalwire.regional-shares`). `urgent`: the alerting
 * pipeline where both share a thread; trends can wait for alerts.
 */
export async function startStoragePipeline(
  config: StorageConfig,
  deps: PipelineDeps & {
    readonly timeSeries: TimeSeries;
    readonly analytics: Analytics;
    readonly urgent?: Urgent;
  },
): Promise<RunningPipeline> {
  const { timeSeries, analytics, urgent } = deps;
  const way = urgent && new WayGiver(urgent, deps.clock);
  const metrics = processorMetrics(deps.registry);
  const risk = await startRiskWriter({ ...deps, metrics, way, gatherMs: config.gatherMs });
  const storage = await startPipeline({
    ...deps,
    way,
    metrics,
    topology: storageTopology(config),
    news: undefined,
    sink: (attempt) => storageSink({ timeSeries, analytics, attempt, metrics }),
    onTick: () => {},
    onStopped: () => risk.stop(),
    maxBatchRecords: config.maxBatchRecords,
    gatherMs: config.gatherMs,
    checkpointEveryMs: config.checkpointEveryMs,
  }).catch(async (error: unknown) => {
    await risk.stop();
    throw error;
  });
  const failed = Promise.race([storage.failed, risk.failed]);
  failed.catch(() => {});
  return {
    ...storage,
    failed,
    stop() {
      way?.stop();
      return storage.stop();
    },
  };
}
