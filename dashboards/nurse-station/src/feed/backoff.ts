const FIRST_MS = 500;
const LONGEST_MS = 10_000;

/**
 * Wait before the `attempt`th try (from 0) to connect again: doubling, half of it random, so that a ward's stations do not all come back
 * in the same instant. `random` is 0..1.
 */
export function retryDelayMs(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return ceiling / 2 + (random * ceiling) / 2;
}
