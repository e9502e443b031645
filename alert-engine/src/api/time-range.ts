import { fromIso } from '@vitalwire/core/runtime/iso-time.ts';
import { ProblemError } from './problem.ts';

export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** `to` defaults to now, `from` to `spanMs` before it. @throws ProblemError 400 where `from` is not before `to`, or the span is too long */
export function timeRange(
  query: { readonly from?: string | undefined; readonly to?: string | undefined },
  options: { readonly nowMs: number; readonly spanMs: number; readonly spanMaxMs: number },
): TimeRange {
  // What is measured at this very moment belongs to "until now".
  const toMs = query.to === undefined ? options.nowMs + 1 : fromIso(query.to);
  const fromMs = query.from === undefined ? toMs - options.spanMs : fromIso(query.from);
  if (fromMs >= toMs) throw new ProblemError(400, 'from must be before to');
  if (toMs - fromMs > options.spanMaxMs) {
    throw new ProblemError(
      400,
      `from and to may be ${Math.floor(options.spanMaxMs / 86_400_000)} days apart at most`,
    );
  }
  return { fromMs, toMs };
}
