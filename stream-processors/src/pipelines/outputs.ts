import { conditionId } from '@vitalwire/core/alarms/condition-codec.ts';
import type {
  AlertType,
  ConditionEvent,
  EndReason,
  HistoricalCondition,
  Priority,
} from '@vitalwire/core/alarms/condition.ts';
import type { Mode } from '@vitalwire/core/vitals/reading.ts';
import type { RiskScore } from '@vitalwire/core/ports/analytics.ts';
import type { LiveVitals } from '@vitalwire/core/ports/live-bus.ts';
import type { RegionalShare } from '@vitalwire/core/clinical/regional-share.ts';
import type { PatientState } from './patient-state.ts';
import { newTally, type Tally } from './tally.ts';

/** What the alerting pipeline puts out of a batch or a tick. */
export interface AlertingOutputs {
  /** In the order they came about. */
  readonly conditions: ConditionEvent[];
  /** Scores that changed, and all of them each quarter of an hour. */
  readonly scores: RiskScore[];
  /** What this partition adds to the statistics of a region's hour. */
  readonly shares: RegionalShare[];
  /** The newest of a patient comes last. */
  readonly live: LiveVitals[];
  /** Patients whose live vitals changed, and whether a pane of their rolling aggregates ended. */
  readonly touched: Map<string, boolean>;
  readonly tally: Tally;
}

export const newOutputs = (unshown?: AlertingOutputs): AlertingOutputs => ({
  conditions: [],
  scores: [],
  shares: [],
  live: [],
  touched: unshown?.touched ?? new Map(),
  tally: newTally(),
});

export function touch(outputs: AlertingOutputs, patientId: string, paneEnded: boolean): void {
  if (paneEnded || !outputs.touched.has(patientId)) outputs.touched.set(patientId, paneEnded);
}

export interface Change {
  readonly event: ConditionEvent['event'];
  readonly type: AlertType;
  readonly priority: Priority;
  readonly revision: number;
  readonly onsetMs: number;
  readonly atMs: number;
  readonly value?: number | undefined;
  readonly threshold?: number | undefined;
  /** Where it is not the one the patient is watched by now. */
  readonly deviceId?: string;
  readonly reason?: EndReason | undefined;
  /** Where it is not the patient's newest live reading's. */
  readonly mode?: Mode;
  readonly historical?: HistoricalCondition;
}

/** The condition of a patient, in the words of `alerts.conditions`. */
export function emit(
  outputs: AlertingOutputs,
  settingsVersion: string,
  patientId: string,
  patient: PatientState,
  change: Change,
): void {
  outputs.conditions.push({
    id: conditionId(patientId, change.type, change.onsetMs),
    revision: change.revision,
    event: change.event,
    patientId,
    region: patient.region,
    deviceId: change.deviceId ?? patient.deviceId,
    type: change.type,
    priority: change.priority,
    value: change.value,
    threshold: change.threshold,
    onsetMs: change.onsetMs,
    atMs: change.atMs,
    mode: change.mode ?? patient.mode,
    settingsVersion,
    limitsRevision: patient.context?.limitsRevision,
    reason: change.reason,
    historical: change.historical,
  });
}
