import type { RejectionReason } from './rejection.ts';

export interface TimeBounds {
  readonly futureToleranceMs: number;
  readonly maxReadingAgeMs: number;
}

/**
 * On a record whose device's clock was wrong: the milliseconds, whole and signed, to add to the device's own time. The reading's bytes stay
 * the device's.
 */
export const CLOCK_CORRECTION_HEADER = 'clock_correction_ms';

/** How far ahead of the gateway's a device's clock was found to be in one of its lives (device-clock.ts); undefined where nobody knows. */
export type ClockOffset = (bootId: number) => number | undefined;

export const NO_CLOCK_OFFSET: ClockOffset = () => undefined;

/** When a reading was measured, by the device's clock, and how it came. */
export interface DeviceTime {
  readonly measuredAtMs: number;
  readonly bootId: number;
  /** Held back during an outage: its age says nothing about the clock. */
  readonly backfilled: boolean;
}

/**
 * What to add to the device's time, in whole ms; 0 where it is believed.
 *
 * A clock that is known to be off by more than the tolerance is corrected by just that. A live reading whose own time is within the
 * tolerance of its arrival is believed all the same: the clock may have been set right a moment ago, and nothing else would be as
 * plausible. A backfilled one is old, so that its own time proves nothing, and is corrected whatever it says. A clock of which nobody
 * knows anything is never corrected: one reading from the future in an otherwise right stream stays what it is, and is rejected.
 */
export function clockCorrectionMs(
  time: DeviceTime,
  nowMs: number,
  offsetOf: ClockOffset,
  toleranceMs: number,
): number {
  const offsetMs = offsetOf(time.bootId);
  if (offsetMs === undefined || Math.abs(offsetMs) <= toleranceMs) return 0;
  if (!time.backfilled && Math.abs(time.measuredAtMs - nowMs) <= toleranceMs) return 0;
  return -Math.round(offsetMs);
}

/** Why the event time (corrected) cannot be accepted at `nowMs`, or undefined. */
export function implausibleTime(
  atMs: number,
  nowMs: number,
  bounds: TimeBounds,
): { readonly reason: RejectionReason; readonly detail: string } | undefined {
  const aheadMs = atMs - nowMs;
  if (aheadMs > bounds.futureToleranceMs) {
    return { reason: 'future_timestamp', detail: `${aheadMs} ms ahead of the gateway` };
  }
  if (-aheadMs > bounds.maxReadingAgeMs) return { reason: 'too_old', detail: `${-aheadMs} ms old` };
  return undefined;
}
