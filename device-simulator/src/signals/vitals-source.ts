import { NO_MARKS, type Reading } from '@vitalwire/core/vitals/reading.ts';
import { VITALS, type VitalValues } from '@vitalwire/core/vitals/vital.ts';

/** What a bedside monitor measured at one moment. */
export type Measurement = Pick<Reading, 'vitals' | 'validity'>;

/** A patient as a monitor sees one. Whatever disturbs a signal (a fault, an artefact) is another source around this one. */
export interface VitalsSource {
  /**
   * The measurement at `atS` seconds of the patient's own time, which never goes back between two calls. Without any value in it where
   * nothing was measured then; undefined once the source has ended.
   */
  measure(atS: number): Measurement | undefined;
}

export const measured = (vitals: VitalValues): Measurement => ({ vitals, validity: NO_MARKS });

export const isEmpty = ({ vitals }: Measurement): boolean =>
  VITALS.every((vital) => vitals[vital] === undefined);
