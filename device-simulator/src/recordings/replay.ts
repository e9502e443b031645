import { measured, type VitalsSource } from '../signals/vitals-source.ts';
import type { Recording } from './numerics.ts';

/** Plays each row once, in order: one row a second of the patient's time, counted from 0. Ends after the last. */
export function replayOnce(recording: Recording): VitalsSource {
  return {
    measure(atS) {
      const row = recording.rows[Math.round(atS)];
      return row && measured(row.vitals);
    },
  };
}

/** Plays the rows round and round, `offsetS` into the recording at second 0. Never ends. */
export function replayForever(recording: Recording, offsetS: number): VitalsSource {
  const { rows } = recording;
  return {
    measure(atS) {
      const row = rows[Math.round(atS + offsetS) % rows.length];
      return row && measured(row.vitals);
    },
  };
}
