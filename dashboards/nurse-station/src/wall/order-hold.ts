/**
 * Tiles must not change places under a pointer that is about to press "Acknowledge": while it moves, the order waits, but never for long,
 * for the most urgent bed belongs in front.
 */
const QUIET_MS = 1500;
const LONGEST_MS = 6000;

export interface OrderHold {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** A movement at `nowMs` begins a hold, or prolongs the one that runs. */
export function prolong(hold: OrderHold | undefined, nowMs: number): OrderHold {
  if (hold === undefined || nowMs - hold.lastMs > QUIET_MS) return { firstMs: nowMs, lastMs: nowMs };
  return { ...hold, lastMs: nowMs };
}

/** How long the order must still wait, 0 where it need not. */
export function holdLeftMs(hold: OrderHold | undefined, nowMs: number): number {
  if (hold === undefined) return 0;
  return Math.max(0, Math.min(hold.lastMs + QUIET_MS, hold.firstMs + LONGEST_MS) - nowMs);
}
