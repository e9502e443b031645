import type { NewRecord } from '@vitalwire/core/ports/event-log.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { seededRandom } from '@vitalwire/core/testing/random.ts';
import { encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { NO_MARKS } from '@vitalwire/core/vitals/reading.ts';
import { REGION } from '../deployment.ts';

const ARRIVAL_MS = 20;

/** Every patient at 1 Hz with all six vitals, values that wander inside their limits: a second's records a call, from `startMs` on. */
export function streamOfReadings(patients: number, startMs: number): () => NewRecord[] {
  const random = seededRandom(7);
  const wander = (middle: number, width: number): number => Math.round(middle + (random() - 0.5) * width);
  let second = 0;
  return () => {
    const measuredAtMs = startMs + second++ * 1000;
    return Array.from({ length: patients }, (_, patient) => ({
      topic: TOPICS.readings.name,
      key: `B${patient}`,
      value: encodeReading({
        deviceId: `BENCH-${patient}`,
        patientId: `B${patient}`,
        region: REGION,
        bootId: 1,
        sequence: second,
        measuredAtMs,
        mode: 'real',
        vitals: {
          heartbeat: wander(80, 20),
          blood_pressure_systolic: wander(120, 20),
          blood_pressure_diastolic: wander(75, 10),
          temperature: 98.6,
          oxygen_saturation: wander(97, 4),
          respiratory_rate: wander(16, 4),
        },
        validity: NO_MARKS,
        supplementalOxygen: undefined,
        consciousness: 'unknown',
        batteryPercent: undefined,
      }),
      headers: {},
      timestampMs: measuredAtMs + ARRIVAL_MS,
    }));
  };
}
