import type { RejectionReason } from './rejection.ts';

export interface TimeBounds {
  readonly futureToleranceMs: number;
  readonly maxReadingAgeMs: number;
}

/**
 * The moment a reading was measured, as the pipeline will take it, by the gateway's clock (Unix ms).
 * Here a device's estimated clock offset is to be taken off; until the gateway estimates one, the device's own clock is believed.
 */
export const eventTimeMs = (measuredAtMs: number): number => measuredAtMs;

/** Why the event time cannot be accepted at `nowMs`, or undefined. */
export function implausibleTime(
  measuredAtMs: number,
  nowMs: number,
  bounds: TimeBounds,
): { readonly reason: RejectionReason; readonly detail: string } | undefined {
  const aheadMs = eventTimeMs(measuredAtMs) - nowMs;
  if (aheadMs > bounds.futureToleranceMs) {
    return { reason: 'future_timestamp', detail: `${aheadMs} ms ahead of the gateway` };
  }
  if (-aheadMs > bounds.maxReadingAgeMs) return { reason: 'too_old', detail: `${-aheadMs} ms old` };
  return undefined;
}
