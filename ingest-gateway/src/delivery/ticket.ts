import type { NewRecord } from '@vitalwire/core/ports/event-log.ts';

/** Something whose records are on their way to the log. */
export interface Ticket {
  readonly records: readonly NewRecord[];
  /** `failed`: the log refused the records for good, or stopped; `error` says why. */
  outcome: 'waiting' | 'durable' | 'failed';
  error: unknown;
  /** Called once, when `outcome` is no longer `waiting`. */
  settled(): void;
}
