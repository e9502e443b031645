import { decodeReading } from '@vitalwire/core/vitals/codec.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import type { VitalValues } from '@vitalwire/core/vitals/vital.ts';
import { keyOf, type Ledger } from '../devices/ledger.ts';
import type { SimulatedLog } from '../stores/event-log.ts';

/** One reading the gateway accepted, as its device measured it. */
export interface Accepted {
  readonly key: string;
  readonly patientId: string;
  readonly deviceId: string;
  /** Event time as the stream has it: the device's own, corrected. */
  readonly atMs: number;
  readonly trueAtMs: number;
  /** What the gateway added to the device's own time. */
  readonly correctionMs: number;
  readonly lifeEndedAtMs: number;
  readonly arrivalMs: number;
  readonly durableAtMs: number;
  /** What the device measured, not what the log says it did. */
  readonly vitals: VitalValues;
  readonly validity: Readonly<Partial<Record<string, string>>>;
  /** Its place: partition and offset. */
  readonly partition: number;
  readonly offset: number;
}

/** Every accepted reading once (its first appearance counts), in the log's order, partition by partition. */
export function acceptedReadings(
  log: SimulatedLog,
  ledger: Ledger,
  violated: (what: string) => void,
): Accepted[] {
  const seen = new Set<string>();
  const accepted: Accepted[] = [];
  for (const record of log.records(TOPICS.readings.name)) {
    const decoded = decodeReading(record.value ?? new Uint8Array());
    const key = keyOf(decoded);
    const measured = ledger.get(key);
    if (measured === undefined) {
      violated(`a reading in the log that nobody measured: ${key}`);
      continue;
    }
    if (seen.has(key)) continue;
    seen.add(key);
    const { reading } = measured;
    const correctionMs = Number(record.headers['clock_correction_ms'] ?? 0);
    accepted.push({
      key,
      patientId: reading.patientId,
      deviceId: reading.deviceId,
      atMs: reading.measuredAtMs + correctionMs,
      correctionMs,
      trueAtMs: measured.trueAtMs,
      lifeEndedAtMs: measured.lifeEndedAtMs,
      arrivalMs: record.timestampMs,
      durableAtMs: log.durableAtMs(record),
      vitals: reading.vitals,
      validity: reading.validity,
      partition: record.partition,
      offset: record.offset,
    });
  }
  return accepted;
}
