/**
 * How far event time has come in a partition. The watermark is the newest event time less the allowed lateness: what is older is late.
 * A reading moves it on no further than its own arrival, and one from beyond arrival plus the tolerance not at all, so that a clock that
 * runs ahead cannot make everybody else late. In silence, ticks move it on to the wall clock.
 */
export interface StreamTime {
  newestMs: number;
  /** Newest arrival: processing time as far as the records tell it. */
  arrivedMs: number;
}

export const newStreamTime = (): StreamTime => ({
  newestMs: Number.NEGATIVE_INFINITY,
  arrivedMs: Number.NEGATIVE_INFINITY,
});

export function observeEvent(time: StreamTime, atMs: number, arrivalMs: number, toleranceMs: number): void {
  if (arrivalMs > time.arrivedMs) time.arrivedMs = arrivalMs;
  if (atMs > arrivalMs + toleranceMs) return;
  const reachedMs = Math.min(atMs, arrivalMs);
  if (reachedMs > time.newestMs) time.newestMs = reachedMs;
}

/** No record came for as long as data may be late: time goes on without them. */
export function observeSilence(time: StreamTime, nowMs: number, allowedLatenessMs: number): void {
  if (nowMs - time.arrivedMs >= allowedLatenessMs && nowMs > time.newestMs) time.newestMs = nowMs;
}

export const watermarkMs = (time: StreamTime, allowedLatenessMs: number): number =>
  time.newestMs - allowedLatenessMs;
