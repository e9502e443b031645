import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { UNWATCHED_MS } from './sampling.ts';
import { SAME, SAME_SINCE, SAME_UNTIL, type VitalCells } from './vital-cells.ts';

/**
 * A vital that shows the very same value at every reading for too long (technical condition `value_stuck`, priority low): a monitor that
 * hangs, or a pacemaker. Until it moves, the value is neither judged nor scored. Only an unbroken stream can hang: a gap of more than 10 s
 * starts over, and what is charted now and then may well be the same each time.
 *
 * In the cells: the value (NaN while the vital is not watched), its first reading, its newest. The state itself is null while nothing is stuck.
 */
export interface StuckState {
  /** A bit a vital, in the order of VITALS: it is stuck. */
  readonly vitals: number;
  /** Onset of the condition: one a patient, however many vitals. */
  readonly onsetMs: number;
}

export const isStuck = (state: StuckState | null, vital: number): boolean =>
  state !== null && (state.vitals & (1 << vital)) !== 0;

/** Takes a usable sample into the cells; answers the state with it, the same one where nothing changed. */
export function judgeStuck(
  state: StuckState | null,
  cells: VitalCells,
  vital: number,
  value: number,
  atMs: number,
  stuckAfterMs: number,
): StuckState | null {
  const unbroken = value === cells[SAME + vital] && atMs - cells[SAME_UNTIL + vital]! <= UNWATCHED_MS;
  cells[SAME_UNTIL + vital] = atMs;
  if (!unbroken) {
    cells[SAME + vital] = value;
    cells[SAME_SINCE + vital] = atMs;
    return state === null ? null : without(state, vital);
  }
  const sinceMs = cells[SAME_SINCE + vital]!;
  if (atMs - sinceMs < stuckAfterMs || isStuck(state, vital)) return state;
  if (state === null) return { vitals: 1 << vital, onsetMs: sinceMs };
  return { vitals: state.vitals | (1 << vital), onsetMs: state.onsetMs };
}

/** Watched for from the next reading on. */
export function startOverStuck(cells: VitalCells): void {
  cells.fill(Number.NaN, SAME, SAME + VITALS.length);
}

function without(state: StuckState, vital: number): StuckState | null {
  const vitals = state.vitals & ~(1 << vital);
  if (vitals === state.vitals) return state;
  return vitals === 0 ? null : { vitals, onsetMs: state.onsetMs };
}
