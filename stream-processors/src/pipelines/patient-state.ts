import type { Mode } from '@vitalwire/core/vitals/reading.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import type { LeadOffState } from '../operators/judge-lead-off.ts';
import type { LimitState } from '../operators/judge-limit.ts';
import type { SignalState } from '../operators/judge-signal.ts';
import { newLatestVitals, type LatestVitals } from '../operators/latest-vitals.ts';
import { newSampling, type Sampling } from '../operators/sampling.ts';
import type { StreamReading } from '../operators/stream-reading.ts';

/** What the alerting pipeline remembers of one patient; plain data, as checkpoints hold it. */
export interface PatientState {
  /** Of the newest live reading. */
  region: string;
  deviceId: string;
  mode: Mode;
  readonly signal: SignalState;
  readonly latest: LatestVitals;
  readonly sampling: Sampling;
  /** By limit rule; null where the value is inside. */
  readonly limits: (LimitState | null)[];
  leadOff: LeadOffState | null;
  /** Panes of the rolling aggregates by vital; null until it is measured. */
  readonly panes: (Float64Array | null)[];
}

/** Unheard of for so long, a patient leaves the state; what was present ends first. */
export const PATIENT_KEPT_MS = 24 * 3_600_000;

/** The first reading of a patient starts the watch for silence, even if it is no live one. */
export function newPatient(input: StreamReading): PatientState {
  const { reading, atMs, arrivalMs } = input;
  return {
    region: reading.region,
    deviceId: reading.deviceId,
    mode: reading.mode,
    signal: { heardAtMs: arrivalMs, measuredAtMs: Math.min(atMs, arrivalMs) - 1, lost: false },
    latest: newLatestVitals(),
    sampling: newSampling(),
    limits: VITALS.flatMap(() => [null, null]),
    leadOff: null,
    panes: VITALS.map(() => null),
  };
}
