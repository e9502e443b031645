import type { Cancel, Clock } from '@vitalwire/core/runtime/clock.ts';

export interface PacerOptions {
  readonly clock: Clock;
  /** Turns a second, in all. */
  readonly perSecond: number;
  /** Turns from 0 to this, excluded; Infinity for no end. */
  readonly turns: number;
  /** `intendedMs`: monotonic time at which the schedule wanted this turn. */
  readonly onTurn: (turn: number, intendedMs: number) => void;
  /** The time of all turns is over. */
  readonly onDone: () => void;
}

/**
 * An open-loop schedule: turn n falls due at start + n / rate, whatever became of the turns before. When the machine or the server falls
 * behind, the turns that are late all come, each with the time it was meant for, so that a stall is measured and not hidden.
 */
export function startPacer({ clock, perSecond, turns, onTurn, onDone }: PacerOptions): Cancel {
  const startMs = clock.monotonic();
  const dueMs = (turn: number): number => startMs + (turn * 1_000) / perSecond;
  let next = 0;
  let isCancelled = false;
  let cancelTimer: Cancel = () => {};

  const wake = (): void => {
    const nowMs = clock.monotonic();
    for (; next < turns && dueMs(next) <= nowMs; next++) {
      onTurn(next, dueMs(next));
      if (isCancelled) return;
    }
    // At `turns` the last turn has had its time.
    if (next >= turns && dueMs(turns) <= nowMs) onDone();
    else cancelTimer = clock.after(Math.max(1, dueMs(next) - nowMs), wake);
  };
  cancelTimer = clock.after(0, wake);
  return () => {
    isCancelled = true;
    cancelTimer();
  };
}
