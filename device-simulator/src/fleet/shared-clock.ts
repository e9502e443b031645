import { hrtime } from 'node:process';
import { systemClock, type Clock } from '@vitalwire/core/runtime/clock.ts';

const READS = 50;

/**
 * What this thread's monotonic time lacks to the process's: each thread counts from its own birth. The closest of many reads, because the first
 * ones wait for code to be compiled.
 */
function measureOriginMs(): number {
  let [origin, uncertainty] = [0, Number.POSITIVE_INFINITY];
  for (let i = 0; i < READS; i++) {
    const before = systemClock.monotonic();
    const processMs = Number(hrtime.bigint()) / 1e6;
    const after = systemClock.monotonic();
    if (after - before >= uncertainty) continue;
    uncertainty = after - before;
    origin = processMs - (before + after) / 2;
  }
  return origin;
}

const originMs = measureOriginMs();

/** The system's clock with one monotonic origin for all threads of the process. */
export const sharedClock: Clock = { ...systemClock, monotonic: () => originMs + systemClock.monotonic() };
