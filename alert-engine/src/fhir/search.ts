import { fromIso } from '@vitalwire/core/runtime/iso-time.ts';
import { ProblemError } from '../api/problem.ts';
import { KINDS, codingsOf, type Kind } from './observation.ts';

/**
 * The kinds that `code` asks for: codes or `system|code`, separated by commas; left out, all of them. One that nothing here carries finds
 * nothing, as FHIR has it.
 */
export function kindsOf(code: string | undefined): ReadonlySet<Kind> {
  if (code === undefined) return new Set(KINDS);
  const tokens = code.split(',').map((token) => token.trim());
  return new Set(
    KINDS.filter((kind) =>
      codingsOf(kind).some((coding) =>
        tokens.some((token) => token === coding.code || token === `${coding.system}|${coding.code}`),
      ),
    ),
  );
}

export interface Dates {
  readonly fromMs: number | undefined;
  /** Exclusive. */
  readonly toMs: number | undefined;
}

const DATE =
  /^(eq|ge|gt|le|lt|sa|eb)?(\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?)?)?)$/;

/** `date` as R4 has it: prefixes, and dates as coarse as a year, which stand for all of it. @throws ProblemError 400 */
export function datesOf(dates: readonly string[]): Dates {
  let [fromMs, toMs]: [number | undefined, number | undefined] = [undefined, undefined];
  const from = (ms: number): number => (fromMs = Math.max(fromMs ?? ms, ms));
  const to = (ms: number): number => (toMs = Math.min(toMs ?? ms, ms));
  for (const text of dates) {
    const [, prefix = 'eq', moment = ''] = DATE.exec(text) ?? [];
    if (moment === '') throw new ProblemError(400, `date: ${text} is not a date with or without a prefix`);
    const [startMs, endMs] = span(moment);
    if (prefix === 'eq' || prefix === 'ge') from(startMs);
    if (prefix === 'gt' || prefix === 'sa') from(endMs);
    if (prefix === 'eq' || prefix === 'le') to(endMs);
    if (prefix === 'lt' || prefix === 'eb') to(startMs);
  }
  return { fromMs, toMs };
}

/** [start, end) of what a date stands for, UTC where it says nothing. */
function span(moment: string): [number, number] {
  try {
    const startMs = fromIso(moment);
    const start = new Date(startMs);
    if (moment.length === 4) return [startMs, Date.UTC(start.getUTCFullYear() + 1)];
    if (moment.length === 7) return [startMs, Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1)];
    if (moment.length === 10) return [startMs, startMs + 86_400_000];
    if (moment.includes('.')) return [startMs, startMs + 1];
    return [startMs, startMs + (/:\d{2}:\d{2}/.test(moment) ? 1_000 : 60_000)];
  } catch {
    throw new ProblemError(400, `date: ${moment} is not a date`);
  }
}
