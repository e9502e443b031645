import type { Reading } from '@vitalwire/core/vitals/reading.ts';

/**
 * A reading in the stream's times. `atMs` is event time: when it was measured, by the device's clock plus the correction the gateway
 * marked it with. `arrivalMs` is when the gateway received it, and the processing time at which operators judge it: a replay from a
 * checkpoint meets the same times and comes to the same result.
 */
export interface StreamReading {
  readonly reading: Reading;
  readonly atMs: number;
  readonly arrivalMs: number;
  readonly clockCorrectionMs: number;
}

/** On a record whose device's clock was wrong: the milliseconds, whole and signed, to add to the device's own time. */
export const CLOCK_CORRECTION_HEADER = 'clock_correction_ms';

/** @throws RangeError where the correction is no whole number: a wrong time is worse than a reading set aside. */
export function toStreamReading(
  reading: Reading,
  headers: Readonly<Record<string, string>>,
  arrivalMs: number,
): StreamReading {
  const correction = headers[CLOCK_CORRECTION_HEADER];
  const clockCorrectionMs = correction === undefined ? 0 : Number(correction);
  if (!Number.isSafeInteger(clockCorrectionMs) || correction === '') {
    throw new RangeError(`${CLOCK_CORRECTION_HEADER} "${correction}" is no whole number`);
  }
  return { reading, atMs: reading.measuredAtMs + clockCorrectionMs, arrivalMs, clockCorrectionMs };
}
