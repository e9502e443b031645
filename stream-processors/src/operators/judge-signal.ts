/**
 * Whether a patient is heard of (technical condition `signal_lost`, priority low: cyan, never mistaken for the patient's own).
 *
 * Silence is judged in processing time, by the arrival of the newest live reading: event time stands still when no data comes. It is there
 * exactly `absenceMs` after that arrival, whether a tick notices it or the reading that ends it, so that a replay says the same. Its onset
 * is the event time of the last reading.
 */
export interface SignalState {
  /** Arrival of the newest live reading. */
  heardAtMs: number;
  /** Event time of the newest live reading. */
  measuredAtMs: number;
  lost: boolean;
}

export interface SignalLoss {
  readonly onsetMs: number;
  readonly atMs: number;
}

/** The loss that stands at `nowMs` and was not known yet. */
export function lossAt(
  state: Readonly<SignalState>,
  absenceMs: number,
  nowMs: number,
): SignalLoss | undefined {
  if (state.lost || nowMs - state.heardAtMs < absenceMs) return undefined;
  return { onsetMs: state.measuredAtMs, atMs: state.heardAtMs + absenceMs };
}
