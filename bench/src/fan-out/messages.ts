/** What the measurement tells its two children, and what they answer: each message has one answer. */

export type ToServer =
  | { readonly do: 'serve-hub'; readonly beds: number }
  | { readonly do: 'serve-raw'; readonly frames: readonly TimedFrame[] }
  | { readonly do: 'play' | 'raise' | 'usage' | 'close' };

export type FromServer =
  | { readonly url: string; readonly token: string }
  /** When the alert was handed to the store: both children's wall time is the machine's. */
  | { readonly raisedAtMs: number }
  /** Seconds of CPU of the process so far; MiB. */
  | { readonly cpuSeconds: number; readonly memoryMiB: number };

export type ToStations =
  | { readonly do: 'join'; readonly url: string; readonly token: string | undefined; readonly count: number }
  /** Answered once every station has been sent so many alerts in all. */
  | { readonly do: 'await-alerts'; readonly alerts: number }
  | { readonly do: 'count' | 'record' | 'leave' };

export interface StationsCount {
  readonly frames: number;
  readonly bytes: number;
  /** When the last station was sent the last alert so far; wall ms. */
  readonly alertedAtMs: number;
  /** What the first station was sent since `record`. */
  readonly recorded: readonly TimedFrame[];
}

/** A frame of `vitals`, and when it came, counted from the first. */
export interface TimedFrame {
  readonly atMs: number;
  readonly text: string;
}
