import {
  Counter,
  Gauge,
  Histogram,
  LATENCY_BUCKETS_S,
  type Registry,
} from '@vitalwire/core/runtime/metrics.ts';

/** Of either pipeline; the label `pipeline` tells which. */
export interface PipelineMetrics {
  readonly records: Counter<'pipeline'>;
  readonly duplicates: Counter<'pipeline'>;
  readonly sequencesSkipped: Counter<'pipeline'>;
  readonly sequencesFilled: Counter<'pipeline'>;
  readonly historical: Counter<'pipeline'>;
  readonly future: Counter<'pipeline'>;
  readonly deadLetters: Counter<'pipeline' | 'reason'>;
  readonly retries: Counter<'pipeline' | 'effect'>;
  readonly lag: Gauge<'pipeline' | 'partition'>;
  readonly watermarkLag: Gauge<'pipeline' | 'partition'>;
  readonly latency: Histogram<'pipeline'>;
  readonly checkpointBytes: Gauge<'pipeline' | 'partition'>;
  readonly checkpointDuration: Histogram<'pipeline'>;
  readonly rebuilds: Counter<'pipeline'>;
}

export interface AlertingMetrics {
  readonly conditions: Counter<'event' | 'priority'>;
  readonly liveFailures: Counter;
}

export interface StorageMetrics {
  readonly windows: Counter<'tier'>;
  readonly repairs: Counter<'tier'>;
}

export interface ProcessorMetrics extends PipelineMetrics, AlertingMetrics, StorageMetrics {}

const declared = new WeakMap<Registry, ProcessorMetrics>();

/** Declares them once a registry: both pipelines may run in one process. */
export function processorMetrics(registry: Registry): ProcessorMetrics {
  const known = declared.get(registry);
  if (known) return known;
  const metrics = declare(registry);
  declared.set(registry, metrics);
  return metrics;
}

function declare(registry: Registry): ProcessorMetrics {
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, labelNames: L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]): Gauge<L> =>
    new Gauge({ name, help, labelNames, registers });
  const histogram = <L extends string>(name: string, help: string, labelNames: L[]): Histogram<L> =>
    new Histogram({ name, help, labelNames, registers, buckets: LATENCY_BUCKETS_S });
  return {
    records: counter('vitalwire_pipeline_records_total', 'Records taken from the event log', ['pipeline']),
    duplicates: counter('vitalwire_duplicates_total', 'Readings that were seen before', ['pipeline']),
    sequencesSkipped: counter('vitalwire_sequences_skipped_total', 'Sequence numbers a device jumped over', [
      'pipeline',
    ]),
    sequencesFilled: counter(
      'vitalwire_sequences_filled_total',
      'Readings that came after one of a higher sequence',
      ['pipeline'],
    ),
    historical: counter(
      'vitalwire_historical_readings_total',
      'Readings too old to be judged as now (alerting), or later than their window (storage)',
      ['pipeline'],
    ),
    future: counter('vitalwire_future_readings_total', 'Readings from beyond arrival and the tolerance', [
      'pipeline',
    ]),
    deadLetters: counter('vitalwire_dead_letters_total', 'Records set aside, by reason', [
      'pipeline',
      'reason',
    ]),
    retries: counter('vitalwire_pipeline_retries_total', 'Effects tried again while an engine was away', [
      'pipeline',
      'effect',
    ]),
    lag: gauge('vitalwire_pipeline_lag_records', 'Records between the task and the end of the log', [
      'pipeline',
      'partition',
    ]),
    watermarkLag: gauge('vitalwire_watermark_lag_seconds', 'Wall clock less watermark', [
      'pipeline',
      'partition',
    ]),
    latency: histogram(
      'vitalwire_processing_latency_seconds',
      "From a reading's arrival at the gateway until its effects are stored; the newest of each batch",
      ['pipeline'],
    ),
    checkpointBytes: gauge('vitalwire_checkpoint_bytes', 'Size of the newest checkpoint', [
      'pipeline',
      'partition',
    ]),
    checkpointDuration: histogram(
      'vitalwire_checkpoint_duration_seconds',
      'Encoding and saving a checkpoint',
      ['pipeline'],
    ),
    rebuilds: counter(
      'vitalwire_state_rebuilds_total',
      'Partitions whose state was built again from the log because no checkpoint could be used',
      ['pipeline'],
    ),
    conditions: counter('vitalwire_conditions_total', 'Condition events', ['event', 'priority']),
    liveFailures: counter('vitalwire_live_publish_failures_total', 'Publishes the live bus refused', []),
    windows: counter('vitalwire_windows_written_total', 'Rows of windows written, early ones included', [
      'tier',
    ]),
    repairs: counter('vitalwire_window_repairs_total', 'Windows computed again from the raw tier', ['tier']),
  };
}
