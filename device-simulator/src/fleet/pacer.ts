import type { Cancel, Clock } from '@vitalwire/core/runtime/clock.ts';

export interface PacerOptions {
  readonly clock: Clock;
  /** Monotonic ms. */
  readonly startMs: number;
  /** Of turn n, in ms since the start, never falling; Infinity where there is no such turn. */
  readonly dueMs: (turn: number) => number;
  /** When `onDone` falls due; Infinity for no end. */
  readonly durationMs: number;
  /** `intendedMs`: monotonic time at which the schedule wanted this turn. */
  readonly onTurn: (turn: number, intendedMs: number) => void;
  /** The time of all turns is over. */
  readonly onDone: () => void;
}

/**
 * An open-loop schedule: each turn comes when it is due, whatever became of the turns before. When the machine or the server falls
 * behind, the turns that are late all come, each with the time it was meant for, so that a stall is measured and not hidden.
 */
export function startPacer({ clock, startMs, dueMs, durationMs, onTurn, onDone }: PacerOptions): Cancel {
  let next = 0;
  let nextDueMs = startMs + dueMs(0);
  let isCancelled = false;
  let cancelTimer: Cancel = () => {};

  const wake = (): void => {
    const nowMs = clock.monotonic();
    while (nextDueMs <= nowMs) {
      onTurn(next, nextDueMs);
      if (isCancelled) return;
      nextDueMs = startMs + dueMs(++next);
    }
    const wakeMs = Math.min(nextDueMs, startMs + durationMs);
    if (wakeMs <= nowMs) onDone();
    else if (wakeMs < Number.POSITIVE_INFINITY) cancelTimer = clock.after(Math.max(1, wakeMs - nowMs), wake);
  };
  cancelTimer = clock.after(Math.max(0, Math.min(nextDueMs, startMs + durationMs) - clock.monotonic()), wake);
  return () => {
    isCancelled = true;
    cancelTimer();
  };
}
