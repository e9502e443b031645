import type { EventLog, LogRecord, NewRecord } from '@vitalwire/core/ports/event-log.ts';
import type { LiveBus } from '@vitalwire/core/ports/live-bus.ts';
import type { TimeSeries } from '@vitalwire/core/ports/time-series.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { ReplaceableSettings } from '@vitalwire/core/settings/settings-source.ts';
import { ManualClock } from '@vitalwire/core/testing/manual-clock.ts';
import { encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { processorMetrics } from '../src/metrics.ts';
import type { RunningPipeline } from '../src/runtime/pipeline.ts';
import {
  STORAGE_DEFAULTS,
  alertingDefaults,
  startAlertingPipeline,
  startStoragePipeline,
} from '../src/start.ts';
import { MemoryDirectory } from '../src/testing/memory-directory.ts';
import { MemoryLog } from '../src/testing/memory-log.ts';
import { MemoryStores } from '../src/testing/memory-stores.ts';
import { START_MS, aReading, defaultSettings } from '../src/testing/readings.ts';

/** What an engine that is away says to every call. */
export const away = (): Promise<never> =>
  Promise.reject(new VitalwireError('unavailable', 'engine away', { retriable: true }));

export interface StorageOptions {
  readonly log?: EventLog;
  readonly gatherMs?: number;
  /** The alerting pipeline, where both share a thread. */
  readonly urgent?: RunningPipeline;
}

/** Both pipelines on stores in memory, on manual time, with one bed whose readings a test sends. */
export class Ward {
  readonly clock = new ManualClock(START_MS);
  readonly log = new MemoryLog();
  readonly stores = new MemoryStores();
  readonly registry = createRegistry('test');
  readonly metrics = processorMetrics(this.registry);
  readonly #deps = {
    log: this.log.port(() => true),
    checkpoints: this.stores.checkpointStore(),
    clock: this.clock,
    logger: createLogger('test', 'silent'),
    random: () => 0.5,
    registry: this.registry,
  };
  readonly directory = new MemoryDirectory();
  readonly settings = new ReplaceableSettings(defaultSettings());
  #sequence = 0;

  alerting(
    live: LiveBus = this.stores.liveBus(),
    log: EventLog = this.#deps.log,
    holdUp: (records: readonly LogRecord[]) => Promise<void> | undefined = () => undefined,
  ): Promise<RunningPipeline> {
    const directory = this.directory.port();
    const config = alertingDefaults(this.settings, ['Northeast']);
    const consume: EventLog['consume'] = (subscription) =>
      log.consume({
        ...subscription,
        async assigned(partition, group) {
          const task = await subscription.assigned(partition, group);
          return {
            startAt: task.startAt,
            async process(records) {
              await holdUp(records);
              return task.process(records);
            },
            release: () => task.release(),
          };
        },
      });
    return startAlertingPipeline(config, { ...this.#deps, log: { ...log, consume }, live, directory });
  }

  storage(
    over: Partial<TimeSeries> = {},
    { log = this.#deps.log, gatherMs = STORAGE_DEFAULTS.gatherMs, urgent }: StorageOptions = {},
  ): Promise<RunningPipeline> {
    const timeSeries = { ...this.stores.timeSeries(), ...over };
    return startStoragePipeline(
      { ...STORAGE_DEFAULTS, gatherMs },
      {
        ...this.#deps,
        log,
        timeSeries,
        analytics: this.stores.analytics(),
        ...(urgent && { urgent }),
      },
    );
  }

  record(saturation: number): NewRecord {
    const over = { sequence: ++this.#sequence, measuredAtMs: this.clock.now() };
    const value = encodeReading(aReading({ oxygen_saturation: saturation }, over));
    return { topic: TOPICS.readings.name, key: 'P1', value, headers: {}, timestampMs: this.clock.now() };
  }

  async live(seconds: number, saturation: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      this.log.add([this.record(saturation)]);
      await this.clock.advance(1_000);
    }
  }

  conditions(): number {
    return this.log.records(TOPICS.conditions.name).length;
  }
}
