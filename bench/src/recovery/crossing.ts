import type { NewRecord } from '@vitalwire/core/ports/event-log.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { benchReading } from '@vitalwire/stream-processors/bench.ts';

/** As long as the alarm's delay, and one more. */
const CROSSING_S = 16;
const DESATURATED = 85;

/** A patient nobody has heard of desaturated until `nowMs`, all of it told then. */
export function crossing(patientId: string, nowMs: number): readonly NewRecord[] {
  return Array.from({ length: CROSSING_S + 1 }, (_, second): NewRecord => {
    const reading = benchReading(0, second, nowMs - (CROSSING_S - second) * 1_000, Math.random);
    const vitals = { ...reading.vitals, oxygen_saturation: DESATURATED };
    const value = encodeReading({ ...reading, deviceId: `D-${patientId}`, patientId, vitals });
    return { topic: TOPICS.readings.name, key: patientId, value, headers: {}, timestampMs: nowMs };
  });
}
