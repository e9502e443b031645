import type { TrendType } from '@vitalwire/core/alarms/condition.ts';
import type { LiveScore } from '@vitalwire/core/ports/live-bus.ts';
import type { Mode } from '@vitalwire/core/vitals/reading.ts';
import type { DeviceFact } from '../operators/judge-device.ts';
import type { LatenessState } from '../operators/judge-lateness.ts';
import type { LeadOffState } from '../operators/judge-lead-off.ts';
import type { ScoreJudgement } from '../operators/judge-score.ts';
import type { SignalState } from '../operators/judge-signal.ts';
import type { StuckState } from '../operators/judge-stuck.ts';
import type { TrendState } from '../operators/judge-trend.ts';
import type { LimitStates } from '../operators/limit-states.ts';
import { newScoreValues, type ScoreValues, type StandingScore } from '../operators/score-values.ts';
import type { StreamReading } from '../operators/stream-reading.ts';
import { newVitalCells, type VitalCells } from '../operators/vital-cells.ts';
import type { HistoryState } from './history.ts';
import type { PatientContext } from './patient-context.ts';

/** What the alerting pipeline remembers of one patient; plain data, as checkpoints hold it. */
export interface PatientState {
  /** Of the newest live reading. */
  region: string;
  deviceId: string;
  mode: Mode;
  /** Null while the directory does not know the patient: an adult of whom nothing is recorded. */
  context: PatientContext | null;
  readonly signal: SignalState;
  readonly cells: VitalCells;
  limits: LimitStates;
  /** By limit rule, from when to when its last live condition stood; null while none has ended. */
  covered: Float64Array | null;
  /** Null while nothing came too late. */
  history: HistoryState | null;
  leadOff: LeadOffState | null;
  batteryLow: DeviceFact | null;
  clockWrong: DeviceFact | null;
  feedLate: LatenessState | null;
  /** Null while no vital is. */
  stuck: StuckState | null;
  /** By type of condition; what is present only. */
  trends: Partial<Record<TrendType, TrendState>>;
  readonly scoreValues: ScoreValues;
  /** Null while there is none. */
  score: StandingScore | null;
  scoreJudgement: ScoreJudgement | null;
  /** The score that came about at the very end of a quarter of an hour, the newest such: the row of that moment. */
  scoreAtQuarter: { readonly atMs: number; readonly live: LiveScore } | null;
  /** Panes of the rolling aggregates; null until a vital is measured. */
  panes: Float32Array | null;
}

/** Unheard of for so long, a patient leaves the state; what was present ends first. */
export const PATIENT_KEPT_MS = 24 * 3_600_000;

/** The first reading of a patient starts the watch for silence, even if it is no live one. */
export function newPatient(input: StreamReading, context: PatientContext | undefined): PatientState {
  const { reading, atMs, arrivalMs } = input;
  return {
    region: reading.region,
    deviceId: reading.deviceId,
    mode: reading.mode,
    context: context ?? null,
    signal: { heardAtMs: arrivalMs, measuredAtMs: Math.min(atMs, arrivalMs) - 1, lost: false },
    cells: newVitalCells(),
    limits: null,
    covered: null,
    history: null,
    leadOff: null,
    batteryLow: null,
    clockWrong: null,
    feedLate: null,
    stuck: null,
    trends: {},
    scoreValues: newScoreValues(),
    score: null,
    scoreJudgement: null,
    scoreAtQuarter: null,
    panes: null,
  };
}
