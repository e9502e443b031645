import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { UNWATCHED_MS } from './sampling.ts';

/**
 * A vital that shows the very same value at every reading for too long (technical condition `value_stuck`, priority low): a monitor that
 * hangs, or a pacemaker. Until it moves, the value is neither judged nor scored. Only an unbroken stream can hang: a gap of more than 10 s
 * starts over, and what is charted now and then may well be the same each time.
 */
export interface StuckState {
  /** In the order of VITALS: values, then the first reading of each, then the newest. */
  readonly cells: Float64Array;
  /** A bit a vital, in the order of VITALS: it is stuck. */
  stuck: number;
  /** Onset of the condition while any is: one condition a patient, however many vitals. */
  onsetMs: number;
}

const SINCE = VITALS.length;
const UNTIL = 2 * VITALS.length;

export const newStuck = (): StuckState => ({
  cells: new Float64Array(3 * VITALS.length).fill(Number.NaN, 0, SINCE),
  stuck: 0,
  onsetMs: 0,
});

export const isStuck = (state: StuckState, vital: number): boolean => (state.stuck & (1 << vital)) !== 0;

/** Takes a usable sample in place; answers what became of the condition with it. */
export function judgeStuck(
  state: StuckState,
  vital: number,
  value: number,
  atMs: number,
  stuckAfterMs: number,
): 'began' | 'ended' | undefined {
  const { cells } = state;
  const unbroken = value === cells[vital] && atMs - cells[UNTIL + vital]! <= UNWATCHED_MS;
  cells[UNTIL + vital] = atMs;
  if (!unbroken) {
    cells[vital] = value;
    cells[SINCE + vital] = atMs;
    return free(state, vital);
  }
  if (isStuck(state, vital) || atMs - cells[SINCE + vital]! < stuckAfterMs) return undefined;
  const first = state.stuck === 0;
  state.stuck |= 1 << vital;
  if (!first) return undefined;
  state.onsetMs = cells[SINCE + vital]!;
  return 'began';
}

function free(state: StuckState, vital: number): 'ended' | undefined {
  if (!isStuck(state, vital)) return undefined;
  state.stuck &= ~(1 << vital);
  return state.stuck === 0 ? 'ended' : undefined;
}
