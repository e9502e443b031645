import type { LiveVital } from '@vitalwire/core/ports/live-bus.ts';
import type { Validity } from '@vitalwire/core/vitals/quality.ts';
import { NO_MARKS, validityOf } from '@vitalwire/core/vitals/reading.ts';
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import type { StreamReading } from './stream-reading.ts';

/**
 * The newest value of each vital by event time, whatever its validity: values in the order of VITALS, then event times (-infinity where the
 * vital was never measured), then indexes into VALIDITIES.
 */
export type LatestVitals = Float64Array;

const AT = VITALS.length;
const VALIDITY = 2 * VITALS.length;

const VALIDITIES: readonly Validity[] = ['valid', 'questionable', 'invalid', 'not_available'];

export const newLatestVitals = (): LatestVitals =>
  new Float64Array(3 * VITALS.length).fill(Number.NEGATIVE_INFINITY, AT, VALIDITY);

/** Takes what is newer than what is known; answers whether anything was. */
export function updateLatest(latest: LatestVitals, values: Float64Array, input: StreamReading): boolean {
  const { atMs, reading } = input;
  const unmarked = reading.validity === NO_MARKS;
  let changed = false;
  for (let vital = 0; vital < values.length; vital++) {
    const value = values[vital]!;
    if (Number.isNaN(value) || atMs < latest[AT + vital]!) continue;
    latest[vital] = value;
    latest[AT + vital] = atMs;
    latest[VALIDITY + vital] = unmarked ? 0 : VALIDITIES.indexOf(validityOf(reading, VITALS[vital]!));
    changed = true;
  }
  return changed;
}

export function liveVitals(latest: LatestVitals): Partial<Record<VitalName, LiveVital>> {
  let measured = 0;
  for (let vital = 0; vital < AT; vital++) if (latest[AT + vital]! > Number.NEGATIVE_INFINITY) measured++;
  if (measured === AT) {
    // The usual case, in the shape it will have: one that grows by names looked up takes several times as long.
    return {
      heartbeat: liveVital(latest, 0),
      blood_pressure_systolic: liveVital(latest, 1),
      blood_pressure_diastolic: liveVital(latest, 2),
      temperature: liveVital(latest, 3),
      oxygen_saturation: liveVital(latest, 4),
      respiratory_rate: liveVital(latest, 5),
    };
  }
  const vitals: Partial<Record<VitalName, LiveVital>> = {};
  for (let vital = 0; vital < AT; vital++) {
    if (latest[AT + vital] !== Number.NEGATIVE_INFINITY) vitals[VITALS[vital]!] = liveVital(latest, vital);
  }
  return vitals;
}

const liveVital = (latest: LatestVitals, vital: number): LiveVital => ({
  value: latest[vital]!,
  measuredAtMs: latest[AT + vital]!,
  validity: VALIDITIES[latest[VALIDITY + vital]!] ?? 'questionable',
});
