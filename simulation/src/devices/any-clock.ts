import type { Dice } from '../world/dice.ts';

/** How far a bedside device's clock is ahead: right, a little off, or wrong by minutes, as surveys find them. */
export function anyClock(dice: Dice): number {
  const kind = dice.next();
  if (kind < 0.4) return 0;
  if (kind < 0.75) return dice.integer(-5_000, 5_000);
  return dice.pick([-1, 1]) * dice.integer(2 * 60_000, 45 * 60_000);
}
