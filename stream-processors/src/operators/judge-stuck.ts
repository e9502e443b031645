import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { UNWATCHED_MS } from './sampling.ts';

/**
 * A vital that shows the very same value at every reading for too long (technical condition `value_stuck`, priority low): a monitor that
 * hangs, or a pacemaker. Until it moves, the value is neither judged nor scored. Only an unbroken stream can hang: a gap of more than 10 s
 * starts over, and what is charted now and then may well be the same each time.
 */
export interface StuckState {
  /** In the order of VITALS. */
  readonly value: Float64Array;
  /** First reading of the value, and the newest. */
  readonly sinceMs: Float64Array;
  readonly untilMs: Float64Array;
  /** A bit a vital, in the order of VITALS: it is stuck. */
  stuck: number;
  /** Onset of the condition while any is: one condition a patient, however many vitals. */
  onsetMs: number;
}

export const newStuck = (): StuckState => ({
  value: new Float64Array(VITALS.length).fill(Number.NaN),
  sinceMs: new Float64Array(VITALS.length),
  untilMs: new Float64Array(VITALS.length),
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
  const unbroken = value === state.value[vital] && atMs - state.untilMs[vital]! <= UNWATCHED_MS;
  state.untilMs[vital] = atMs;
  if (!unbroken) {
    state.value[vital] = value;
    state.sinceMs[vital] = atMs;
    return free(state, vital);
  }
  if (isStuck(state, vital) || atMs - state.sinceMs[vital]! < stuckAfterMs) return undefined;
  const first = state.stuck === 0;
  state.stuck |= 1 << vital;
  if (!first) return undefined;
  state.onsetMs = state.sinceMs[vital]!;
  return 'began';
}

function free(state: StuckState, vital: number): 'ended' | undefined {
  if (!isStuck(state, vital)) return undefined;
  state.stuck &= ~(1 << vital);
  return state.stuck === 0 ? 'ended' : undefined;
}
