/**
 * The server's time, told from the browser's monotonic clock: a station's wall clock may be wrong by hours, and a wrong age is a wrong
 * number. A frame is never received before it is sent, so the largest (server time − local time) seen lately is the nearest to the truth;
 * the old maximum is forgotten after one to two minutes, so that a clock that was set back is followed.
 */
export interface ClockEstimate {
  readonly offsetMs: number;
  /** The largest offset since `sinceMs`; it becomes `offsetMs` when the minute is over. */
  readonly candidateMs: number;
  readonly sinceMs: number;
}

const PERIOD_MS = 60_000;

/** `serverMs` as the frame says, `localMs` of the monotonic clock when it came. */
export function observeServerTime(
  estimate: ClockEstimate | undefined,
  serverMs: number,
  localMs: number,
): ClockEstimate {
  const sample = serverMs - localMs;
  if (estimate === undefined) return { offsetMs: sample, candidateMs: sample, sinceMs: localMs };
  const candidateMs = Math.max(estimate.candidateMs, sample);
  if (localMs - estimate.sinceMs >= PERIOD_MS) {
    return { offsetMs: candidateMs, candidateMs: sample, sinceMs: localMs };
  }
  return { ...estimate, offsetMs: Math.max(estimate.offsetMs, sample), candidateMs };
}
