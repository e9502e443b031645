/** Who the patients are. Fed by the hospital's change events (`patients.changes`) and by the API; read by the alert engine. */
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
}
