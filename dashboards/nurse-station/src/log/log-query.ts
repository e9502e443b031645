/** What the alarm log is asked for, and what is asked of the engine for it. Pure. */
import type { AlertQuery } from '../api/client.ts';
import type { AlertDocument } from '../feed/frames.ts';

export interface LogFilter {
  readonly region: string;
  readonly patient: string;
  readonly type: string;
  readonly priority: string;
  readonly status: string;
  /** As a `datetime-local` field has them: local time, empty for open. */
  readonly from: string;
  readonly to: string;
}

export const NO_FILTER: LogFilter = {
  region: '',
  patient: '',
  type: '',
  priority: '',
  status: '',
  from: '',
  to: '',
};

export function toQuery(filter: LogFilter, limit: number, after: string | undefined): AlertQuery {
  const iso = (local: string): string | undefined =>
    local === '' ? undefined : new Date(local).toISOString();
  return {
    region: filter.region || undefined,
    patient: filter.patient.trim() || undefined,
    type: filter.type || undefined,
    priority: filter.priority || undefined,
    status: filter.status || undefined,
    from: iso(filter.from),
    to: iso(filter.to),
    limit: String(limit),
    after,
  };
}

/** An engine that knows no times answers alerts of all times, the newest first: they are sifted here. */
export function sift(
  items: readonly AlertDocument[],
  query: Pick<AlertQuery, 'from' | 'to'>,
): { readonly items: readonly AlertDocument[]; readonly past: boolean } {
  const [fromMs, toMs] = [momentMs(query.from, -Infinity), momentMs(query.to, Infinity)];
  const at = (alert: AlertDocument): number => Date.parse(alert.timestamp);
  return {
    items: items.filter((alert) => at(alert) >= fromMs && at(alert) < toMs),
    past: items.some((alert) => at(alert) < fromMs),
  };
}

const momentMs = (iso: string | undefined, none: number): number =>
  iso === undefined ? none : Date.parse(iso);
