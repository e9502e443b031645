import type { Recording } from '../recordings/numerics.ts';
import { replayForever } from '../recordings/replay.ts';
import { SyntheticPatient } from '../signals/synthetic-patient.ts';
import { measured, type VitalsSource } from '../signals/vitals-source.ts';

/**
 * A recording played for ever, with blood pressure and temperature made up, which it lacks. What comes of it is nobody's measurement: it
 * may only be published as `demo`.
 */
export function demoPatient(options: {
  readonly recording: Recording;
  readonly offsetS: number;
  readonly startS: number;
  readonly seed: number;
}): VitalsSource {
  const recorded = replayForever(options.recording, options.offsetS);
  const madeUp = new SyntheticPatient({
    seed: options.seed,
    course: undefined,
    courseStartS: 0,
    startS: options.startS,
    profile: undefined,
  });
  return {
    measure(atS) {
      const row = recorded.measure(atS);
      const { vitals } = madeUp.measure(atS);
      return (
        row &&
        measured({
          ...row.vitals,
          blood_pressure_systolic: vitals.blood_pressure_systolic,
          blood_pressure_diastolic: vitals.blood_pressure_diastolic,
          temperature: vitals.temperature,
        })
      );
    },
  };
}
