import type { NewRecord } from '@vitalwire/core/ports/event-log.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { seededRandom } from '@vitalwire/core/testing/random.ts';
import { encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { benchReading } from '@vitalwire/stream-processors/bench.ts';

const ARRIVAL_MS = 20;

/** Every patient at 1 Hz with all six vitals, values that wander inside their limits: a second's records a call, from `startMs` on. */
export function streamOfReadings(patients: number, startMs: number): () => NewRecord[] {
  const random = seededRandom(7);
  let second = 0;
  return () => {
    const measuredAtMs = startMs + second * 1000;
    const records = Array.from({ length: patients }, (_, patient) => {
      const reading = benchReading(patient, second, measuredAtMs, random);
      return {
        topic: TOPICS.readings.name,
        key: reading.patientId,
        value: encodeReading(reading),
        headers: {},
        timestampMs: measuredAtMs + ARRIVAL_MS,
      };
    });
    second++;
    return records;
  };
}
