import type { Clock } from '@vitalwire/core/runtime/clock.ts';

export interface GatherOptions {
  /** 0: nothing is waited for. */
  readonly gatherMs: number;
  /** 0..1 */
  readonly random: () => number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Waits between two batches, so that what comes meanwhile is one batch; ends at once when the signal does. Not the same time for all: the
 * partitions of a member shall not come due together.
 */
export async function gather({ gatherMs, random, clock, signal }: GatherOptions): Promise<void> {
  if (gatherMs > 0) await clock.sleep(gatherMs * (0.75 + random() / 2), signal);
}
