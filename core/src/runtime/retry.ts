import type { Clock } from './clock.ts';
import { isRetriable } from './errors.ts';

export interface RetryOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** 0..1, for the jitter: half of each pause is random, so that many clients do not come back at once. */
  readonly random: () => number;
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
  /** Called before each pause. */
  readonly onRetry: (error: unknown, attempt: number, pauseMs: number) => void;
}

/** Runs `task` until it succeeds, pausing longer after each retriable failure; any other failure, and the signal, end it. */
export async function retry<T>(task: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await task();
    } catch (error) {
      if (!isRetriable(error) || options.signal.aborted) throw error;
      const ceilingMs = Math.min(options.maxPauseMs, options.firstPauseMs * 2 ** (attempt - 1));
      const pauseMs = ceilingMs / 2 + (options.random() * ceilingMs) / 2;
      options.onRetry(error, attempt, pauseMs);
      await options.clock.sleep(pauseMs, options.signal);
      if (options.signal.aborted) throw error;
    }
  }
}
