import type { LiveVital } from '@vitalwire/core/ports/live-bus.ts';
import type { Validity } from '@vitalwire/core/vitals/quality.ts';
import { NO_MARKS, validityOf } from '@vitalwire/core/vitals/reading.ts';
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import type { StreamReading } from './stream-reading.ts';
import { LATEST, LATEST_AT, LATEST_VALIDITY, type VitalCells } from './vital-cells.ts';

/**
 * The newest value of each vital by event time, whatever its validity: values, event times (-infinity where the vital was never measured),
 * indexes into VALIDITIES.
 */
const VALIDITIES: readonly Validity[] = ['valid', 'questionable', 'invalid', 'not_available'];

/** Takes what is newer than what is known; answers whether anything was. */
export function updateLatest(cells: VitalCells, values: Float64Array, input: StreamReading): boolean {
  const { atMs, reading } = input;
  const unmarked = reading.validity === NO_MARKS;
  let changed = false;
  for (let vital = 0; vital < values.length; vital++) {
    const value = values[vital]!;
    if (Number.isNaN(value) || atMs < cells[LATEST_AT + vital]!) continue;
    cells[LATEST + vital] = value;
    cells[LATEST_AT + vital] = atMs;
    cells[LATEST_VALIDITY + vital] = unmarked ? 0 : VALIDITIES.indexOf(validityOf(reading, VITALS[vital]!));
    changed = true;
  }
  return changed;
}

export function liveVitals(cells: VitalCells): Partial<Record<VitalName, LiveVital>> {
  let measured = 0;
  for (let vital = 0; vital < VITALS.length; vital++)
    if (cells[LATEST_AT + vital]! > Number.NEGATIVE_INFINITY) measured++;
  if (measured === VITALS.length) {
    // The usual case, in the shape it will have: one that grows by names looked up takes several times as long.
    return {
      heartbeat: liveVital(cells, 0),
      blood_pressure_systolic: liveVital(cells, 1),
      blood_pressure_diastolic: liveVital(cells, 2),
      temperature: liveVital(cells, 3),
      oxygen_saturation: liveVital(cells, 4),
      respiratory_rate: liveVital(cells, 5),
    };
  }
  const vitals: Partial<Record<VitalName, LiveVital>> = {};
  for (let vital = 0; vital < VITALS.length; vital++) {
    if (cells[LATEST_AT + vital] !== Number.NEGATIVE_INFINITY)
      vitals[VITALS[vital]!] = liveVital(cells, vital);
  }
  return vitals;
}

const liveVital = (cells: VitalCells, vital: number): LiveVital => ({
  value: cells[LATEST + vital]!,
  measuredAtMs: cells[LATEST_AT + vital]!,
  validity: VALIDITIES[cells[LATEST_VALIDITY + vital]!] ?? 'questionable',
});
