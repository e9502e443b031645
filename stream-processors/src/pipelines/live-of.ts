import type { LiveVitals, PendingCrossing } from '@vitalwire/core/ports/live-bus.ts';
import { pendingTier } from '../operators/judge-limit.ts';
import { latestVitals } from '../operators/latest-vitals.ts';
import type { LimitRule } from '../operators/limit-rule.ts';
import { rollingAt } from '../operators/rolling-aggregates.ts';
import type { PatientState } from './patient-state.ts';

const NOTHING_PENDING: readonly PendingCrossing[] = Object.freeze([]);

/** A patient as screens are told of her. */
export function liveOf(
  patientId: string,
  patient: PatientState,
  rules: readonly LimitRule[],
  paneEnded: boolean,
): LiveVitals {
  const live: { -readonly [Field in keyof LiveVitals]: LiveVitals[Field] } = {
    patientId,
    region: patient.region,
    deviceId: patient.deviceId,
    mode: patient.mode,
    measuredAtMs: patient.signal.measuredAtMs,
    vitals: latestVitals(patient.cells),
    pending: pendingOf(patient, rules),
  };
  if (paneEnded)
    live.rolling = patient.panes === null ? {} : rollingAt(patient.cells, patient.panes, live.measuredAtMs);
  if (patient.score !== null) live.score = patient.score.live;
  const exclusion = patient.context?.scoreExclusion;
  if (exclusion !== undefined) live.scoreExclusion = exclusion;
  return live;
}

function pendingOf(patient: PatientState, rules: readonly LimitRule[]): readonly PendingCrossing[] {
  const { limits } = patient;
  if (limits === null) return NOTHING_PENDING;
  let pending: PendingCrossing[] | undefined;
  for (let index = 0; index < rules.length; index++) {
    const state = limits[index] ?? null;
    if (state === null) continue;
    const tier = pendingTier(state, rules[index]!);
    if (tier) (pending ??= []).push({ type: rules[index]!.type, ...tier });
  }
  return pending ?? NOTHING_PENDING;
}
