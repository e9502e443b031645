/** Which stretch of time the charts show. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  /** Its end is now, and moves. */
  readonly live: boolean;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const RANGES = [
  { label: '1 h', ms: HOUR },
  { label: '24 h', ms: DAY },
  { label: '7 d', ms: 7 * DAY },
  { label: '30 d', ms: 30 * DAY },
  { label: '1 y', ms: 364 * DAY },
] as const;

const SHORTEST_MS = 60_000;
const LONGEST_MS = 364 * DAY;

export const liveSpan = (lengthMs: number, nowMs: number): Span => ({
  fromMs: nowMs - lengthMs,
  toMs: nowMs,
  live: true,
});

/** `factor` below 1 looks closer at the middle; a span that reaches now stays live. */
export function zoomed(span: Span, factor: number, nowMs: number): Span {
  const length = clamp((span.toMs - span.fromMs) * factor);
  if (span.live) return liveSpan(length, nowMs);
  const middle = (span.fromMs + span.toMs) / 2;
  return untilNow({ fromMs: middle - length / 2, toMs: middle + length / 2, live: false }, nowMs);
}

/** `shares` of its own length, later where positive. */
export function shifted(span: Span, shares: number, nowMs: number): Span {
  const by = (span.toMs - span.fromMs) * shares;
  return untilNow({ fromMs: span.fromMs + by, toMs: span.toMs + by, live: false }, nowMs);
}

/** What was dragged out in a chart. */
export function selected(fromMs: number, toMs: number, nowMs: number): Span {
  const length = clamp(toMs - fromMs);
  return untilNow({ fromMs: toMs - length, toMs, live: false }, nowMs);
}

/** There is nothing to see in the future. */
function untilNow(span: Span, nowMs: number): Span {
  return span.toMs < nowMs ? span : liveSpan(span.toMs - span.fromMs, nowMs);
}

const clamp = (lengthMs: number): number => Math.min(LONGEST_MS, Math.max(SHORTEST_MS, lengthMs));
