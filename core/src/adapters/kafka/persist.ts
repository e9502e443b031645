import type { Clock } from '../../runtime/clock.ts';
import { messageOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { retry } from '../../runtime/retry.ts';
import { toVitalwireError } from './errors.ts';
import type { KafkaMetrics } from './metrics.ts';

export interface Persistence {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: KafkaMetrics;
}

/** For how long a call that must not wait for ever bears brokers that are away. */
export const PATIENCE_MS = 10_000;

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;

/**
 * Does `task` again while what stands against it passes by itself, until the signal.
 * @throws VitalwireError what was in the way at last, or what does not pass
 */
export function persist<T>(
  { clock, logger, metrics }: Persistence,
  operation: string,
  signal: AbortSignal,
  task: () => Promise<T>,
): Promise<T> {
  const attempt = async (): Promise<T> => {
    try {
      return await task();
    } catch (error) {
      throw toVitalwireError(error, operation);
    }
  };
  return retry(attempt, {
    clock,
    signal,
    random: Math.random,
    firstPauseMs: FIRST_PAUSE_MS,
    maxPauseMs: MAX_PAUSE_MS,
    onRetry: (error, count) => {
      metrics.retries.inc({ operation });
      logger[count % 30 === 3 ? 'warn' : 'debug']({ operation, reason: messageOf(error) }, 'goes on trying');
    },
  });
}

/** `persist`, for at most `patienceMs`. */
export async function persistAWhile<T>(
  persistence: Persistence,
  operation: string,
  task: () => Promise<T>,
  patienceMs: number = PATIENCE_MS,
): Promise<T> {
  const patience = new AbortController();
  const cancel = persistence.clock.after(patienceMs, () => patience.abort());
  try {
    return await persist(persistence, operation, patience.signal, task);
  } finally {
    cancel();
  }
}
