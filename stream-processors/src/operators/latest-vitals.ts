import { copyLatest, type LatestVitals } from '@vitalwire/core/vitals/latest.ts';
import { VALIDITIES } from '@vitalwire/core/vitals/quality.ts';
import { NO_MARKS, validityOf } from '@vitalwire/core/vitals/reading.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import type { StreamReading } from './stream-reading.ts';
import { LATEST, LATEST_AT, LATEST_VALIDITY, type VitalCells } from './vital-cells.ts';

/**
 * The newest value of each vital by event time, whatever its validity: in three groups of cells what LatestVitals is made of.
 * Takes what is newer than what is known; answers whether anything was.
 */
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

export const latestVitals = (cells: VitalCells): LatestVitals => copyLatest(cells, LATEST);
