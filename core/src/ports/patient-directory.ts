import type { LimitOverrides } from '../alarms/patient-limits.ts';
import type { PatientProfile } from '../alarms/profile.ts';
import type { Consciousness } from '../vitals/reading.ts';

/** Who the patients are. Fed by the hospital's change events (`patients.changes`) and by the API; read by the alert engine and the alerting pipeline. */
export interface PatientDirectory {
  get(patientId: string): Promise<Patient | undefined>;
  /** All patients of the regions, by patient id. */
  list(regions: readonly string[]): Promise<readonly Patient[]>;
  /** Creates or replaces; a `get` after it resolved answers with this patient. */
  put(patient: Patient): Promise<void>;
  remove(patientId: string): Promise<void>;
  /** Every change from now on, whoever made it. */
  onChange(listener: (change: PatientChange) => void): void;
  /** Idempotent. */
  close(): Promise<void>;
}

export type PatientChange =
  | { readonly kind: 'put'; readonly patient: Patient }
  | { readonly kind: 'removed'; readonly patientId: string };

export interface Patient {
  readonly id: string;
  readonly name: string;
  /** Years; undefined if unknown. */
  readonly age: number | undefined;
  readonly region: string;
  readonly ward: string;
  readonly bed: string;
  readonly primaryDoctor: string;
  readonly riskLevel: string;
  /** Whose limits apply; left out: by age (`profileOf`). */
  readonly profile?: PatientProfile | undefined;
  /** Limits set for this patient; left out: the profile's. */
  readonly limits?: LimitOverrides | undefined;
  /** Counts how often `limits` were set; an alert records which judged it. Whoever sets limits counts it up. */
  readonly limitsRevision?: number | undefined;
  /** 2 is a recorded clinical decision (hypercapnic respiratory failure); left out: 1. */
  readonly oxygenScale?: 1 | 2 | undefined;
  /** Left out: not known to be. */
  readonly pregnant?: boolean | undefined;
  /** What was charted at the bedside or at the station and no monitor measures; left out: never charted. */
  readonly supplementalOxygen?: Charted<boolean> | undefined;
  readonly consciousness?: Charted<Consciousness> | undefined;
  /** Left out: admitted. A discharged patient is not judged. */
  readonly state?: 'admitted' | 'discharged' | undefined;
  /** Of who is discharged; left out where the hospital's change events do not say. */
  readonly dischargedAtMs?: number | undefined;
  /** The device that is assigned to the patient; left out: whichever sends in her name. */
  readonly deviceId?: string | undefined;
}

export interface Charted<T> {
  readonly value: T;
  /** When it was observed. */
  readonly atMs: number;
}
