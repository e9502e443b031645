import type { LimitOverrides } from '@vitalwire/core/alarms/patient-limits.ts';
import { profileOf, type PatientProfile } from '@vitalwire/core/alarms/profile.ts';
import { news2Exclusion } from '@vitalwire/core/clinical/news2.ts';
import type { Charted, Patient } from '@vitalwire/core/ports/patient-directory.ts';
import type { Consciousness } from '@vitalwire/core/vitals/reading.ts';

/** What the directory says of a patient that decides how she is judged. Plain data, kept in the state: a replay judges by the same. */
export interface PatientContext {
  readonly profile: PatientProfile;
  readonly limits: LimitOverrides;
  readonly limitsRevision: number | undefined;
  readonly oxygenScale: 1 | 2;
  /** Why she has no score, in words. */
  readonly scoreExclusion: string | undefined;
  readonly supplementalOxygen: Charted<boolean> | undefined;
  readonly consciousness: Charted<Consciousness> | undefined;
  readonly discharged: boolean;
  readonly deviceId: string | undefined;
}

export function contextOf(patient: Patient): PatientContext {
  const { consciousness } = patient;
  return {
    profile: profileOf(patient),
    limits: patient.limits ?? {},
    limitsRevision: patient.limitsRevision,
    oxygenScale: patient.oxygenScale ?? 1,
    scoreExclusion: exclusionOf(patient),
    supplementalOxygen: patient.supplementalOxygen,
    consciousness: consciousness?.value === 'unknown' ? undefined : consciousness,
    discharged: patient.state === 'discharged',
    deviceId: patient.deviceId,
  };
}

/** A child whose age nobody wrote down is known by the profile. */
function exclusionOf(patient: Patient): string | undefined {
  const isChild = patient.profile !== undefined && patient.profile !== 'adult';
  const age = patient.age ?? (isChild ? 0 : undefined);
  return news2Exclusion({ age, pregnant: patient.pregnant ?? false });
}

/** Whether both judge alike. */
export const isSameContext = (one: PatientContext | undefined, other: PatientContext): boolean =>
  one !== undefined && JSON.stringify(one) === JSON.stringify(other);
