import type { AlertStore } from './alert-store.ts';
import type { Analytics } from './analytics.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import type { EventLog } from './event-log.ts';
import type { LiveBus } from './live-bus.ts';
import type { PatientDirectory } from './patient-directory.ts';
import type { TimeSeries } from './time-series.ts';

/** Every port of a deployment; a component takes those it needs. */
export interface Ports {
  readonly log: EventLog;
  readonly checkpoints: CheckpointStore;
  readonly timeSeries: TimeSeries;
  readonly analytics: Analytics;
  readonly alerts: AlertStore;
  readonly live: LiveBus;
  readonly directory: PatientDirectory;
}
