import { systemClock } from '../runtime/clock.ts';

/** What crosses processes and engines is given more by its suite (vitest.engines.config.ts). */
export const PATIENCE_MS = Number(process.env['VITALWIRE_TEST_PATIENCE_MS'] ?? 30_000);
const PAUSE_MS = 10;

/**
 * Runs `check` until it stops throwing, for at most 30 s of the machine's own time unless told otherwise, then lets its last error out: how a
 * test waits for an engine without guessing how long that takes.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  patienceMs: number = PATIENCE_MS,
): Promise<T> {
  const deadlineMs = systemClock.monotonic() + patienceMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (systemClock.monotonic() > deadlineMs) throw error;
    }
    await systemClock.sleep(PAUSE_MS);
  }
}
