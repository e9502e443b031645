import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import { retry } from '@vitalwire/core/runtime/retry.ts';

/** Runs an effect, trying on while the engine behind it is away, until the pipeline stops. `effect` names it in the metric and the log. */
export type Attempt = <T>(effect: string, task: () => Promise<T>) => Promise<T>;

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;

export function createAttempt(options: {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly random: () => number;
  readonly logger: Logger;
  readonly onRetry: (effect: string) => void;
}): Attempt {
  const { clock, signal, random, logger } = options;
  return (effect, task) =>
    retry(task, {
      clock,
      signal,
      random,
      firstPauseMs: FIRST_PAUSE_MS,
      maxPauseMs: MAX_PAUSE_MS,
      onRetry(error, attempt, pauseMs) {
        options.onRetry(effect);
        logger.warn(
          { effect, attempt, pause_ms: Math.round(pauseMs), reason: messageOf(error) },
          'trying again',
        );
      },
    });
}
