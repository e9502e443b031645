import type { Clock } from '@vitalwire/core/runtime/clock.ts';

/** A pipeline on the same thread whose work cannot wait. */
export interface Urgent {
  /** Age of the newest record that its slowest partition has taken in, ms; 0 at the end of the log, Infinity before it is known. */
  behindMs(): number;
}

export interface YieldOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const BEHIND_MS = 100;
const LOOK_EVERY_MS = 25;
/** Who yields is starved by nobody: a batch is taken after so long, whatever the other does. */
const YIELD_MS_MAX = 5_000;

/** Waits before a batch for as long as the urgent pipeline is behind; ends at once when the signal does. */
export async function yieldTo(urgent: Urgent | undefined, { clock, signal }: YieldOptions): Promise<void> {
  if (urgent === undefined) return;
  const untilMs = clock.monotonic() + YIELD_MS_MAX;
  while (urgent.behindMs() > BEHIND_MS && clock.monotonic() < untilMs && !signal.aborted) {
    await clock.sleep(LOOK_EVERY_MS, signal);
  }
}
