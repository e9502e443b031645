import type { Patient } from '@vitalwire/core/ports/patient-directory.ts';
import type { RawPoint } from '@vitalwire/core/ports/time-series.ts';

export type Sample = Pick<RawPoint, 'atMs' | 'deviceId' | 'vitals' | 'validity' | 'mode'>;

/** What is stored of one patient in the time replayed; samples oldest first. */
export interface Stay {
  readonly patient: Patient;
  readonly samples: readonly Sample[];
}

/** Stays one after the other, so that only one is in memory. `total` patients are known beforehand, for the progress. */
export interface StaySource {
  readonly total: number;
  /** Of the time replayed; undefined: of each stay's own samples. */
  readonly range: { readonly fromMs: number; readonly toMs: number } | undefined;
  readonly stays: AsyncIterable<Stay>;
}

/** Nobody of that name where the readings come from. */
export class UnknownPatientError extends Error {
  override readonly name = 'UnknownPatientError';

  constructor(patientId: string, where: string) {
    super(`--patient: ${where} has no patient ${patientId}`);
  }
}
