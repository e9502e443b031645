/** Whether this page may be trusted to show a new alert: pure, of the link's history and the monotonic clock. */

/** The server says so every 2 s; without a word for this long, the page must not look as if it were watching. */
export const SILENCE_MS = 5000;

export interface LinkState {
  /** Monotonic ms at which the page began to listen. */
  readonly startedMs: number;
  /** Monotonic ms of the newest heartbeat. */
  readonly heartbeatMs: number | undefined;
  /** The server itself says that nobody judges the vitals; undefined once it beats again. */
  readonly refusal: { readonly atMs: number; readonly message: string } | undefined;
}

export type Monitoring =
  | { readonly state: 'starting' }
  | { readonly state: 'monitoring' }
  /** `sinceMs` is monotonic: the last moment that is known to have been watched. */
  | { readonly state: 'not_monitoring'; readonly sinceMs: number; readonly reason: string };

export const startLink = (nowMs: number): LinkState => ({
  startedMs: nowMs,
  heartbeatMs: undefined,
  refusal: undefined,
});

export const heartbeatSeen = (link: LinkState, nowMs: number): LinkState => ({
  ...link,
  heartbeatMs: nowMs,
  refusal: undefined,
});

/** Repeated refusals keep the moment of the first. */
export const refusalSeen = (link: LinkState, message: string, nowMs: number): LinkState => ({
  ...link,
  refusal: { atMs: link.refusal?.atMs ?? link.heartbeatMs ?? nowMs, message },
});

export function monitoringOf(link: LinkState, nowMs: number): Monitoring {
  if (link.refusal !== undefined) {
    return { state: 'not_monitoring', sinceMs: link.refusal.atMs, reason: link.refusal.message };
  }
  if (link.heartbeatMs !== undefined && nowMs - link.heartbeatMs < SILENCE_MS) return { state: 'monitoring' };
  const sinceMs = link.heartbeatMs ?? link.startedMs;
  if (nowMs - sinceMs < SILENCE_MS) return { state: 'starting' };
  return { state: 'not_monitoring', sinceMs, reason: 'Nothing is heard from the alert engine.' };
}
