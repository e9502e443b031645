import type { LiveVital } from '@vitalwire/core/ports/live-bus.ts';
import type { Validity } from '@vitalwire/core/vitals/quality.ts';
import { NO_MARKS, validityOf } from '@vitalwire/core/vitals/reading.ts';
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import type { StreamReading } from './stream-reading.ts';

/** The newest value of each vital by event time, whatever its validity; arrays in the order of VITALS. */
export interface LatestVitals {
  readonly value: Float64Array;
  /** Event time; -infinity where the vital was never measured. */
  readonly atMs: Float64Array;
  /** Index into VALIDITIES. */
  readonly validity: Uint8Array;
}

const VALIDITIES: readonly Validity[] = ['valid', 'questionable', 'invalid', 'not_available'];

export const newLatestVitals = (): LatestVitals => ({
  value: new Float64Array(VITALS.length),
  atMs: new Float64Array(VITALS.length).fill(Number.NEGATIVE_INFINITY),
  validity: new Uint8Array(VITALS.length),
});

/** Takes what is newer than what is known; answers whether anything was. */
export function updateLatest(latest: LatestVitals, values: Float64Array, input: StreamReading): boolean {
  const { atMs, reading } = input;
  const unmarked = reading.validity === NO_MARKS;
  let changed = false;
  for (let vital = 0; vital < values.length; vital++) {
    const value = values[vital]!;
    if (Number.isNaN(value) || atMs < latest.atMs[vital]!) continue;
    latest.value[vital] = value;
    latest.atMs[vital] = atMs;
    latest.validity[vital] = unmarked ? 0 : VALIDITIES.indexOf(validityOf(reading, VITALS[vital]!));
    changed = true;
  }
  return changed;
}

export function liveVitals(latest: LatestVitals): Partial<Record<VitalName, LiveVital>> {
  const vitals: Partial<Record<VitalName, LiveVital>> = {};
  for (const [index, vital] of VITALS.entries()) {
    const measuredAtMs = latest.atMs[index]!;
    if (measuredAtMs === Number.NEGATIVE_INFINITY) continue;
    const validity = VALIDITIES[latest.validity[index]!] ?? 'questionable';
    vitals[vital] = { value: latest.value[index]!, measuredAtMs, validity };
  }
  return vitals;
}
