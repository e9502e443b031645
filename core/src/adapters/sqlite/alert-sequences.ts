import type { AlertEvent } from '../../alarms/alert.ts';
import { withEveryField } from './alert-rows.ts';
import type { Session } from './port-session.ts';

export interface NumberedEvent {
  readonly seq: number;
  readonly event: AlertEvent;
}

interface Region {
  first: number;
  last: number;
  /** The newest events, without a gap. */
  recent: NumberedEvent[];
}

/** How many of a region's newest events stay in memory, for those who follow them. */
const RECENT_EVENTS = 512;

/** The event sequence of each region as it stands in the log: four followers ask for its end after every commit. */
export class AlertSequences {
  readonly #regions = new Map<string, Region>();

  constructor(database: Session) {
    const rows = database.prepare('SELECT region, first_seq, last_seq FROM alert_sequences').all();
    for (const { region, first_seq: first, last_seq: last } of rows) {
      this.#regions.set(String(region), { first: Number(first), last: Number(last), recent: [] });
    }
  }

  all(): Iterable<readonly [string, { readonly first: number; readonly last: number }]> {
    return this.#regions;
  }

  /** The first event that is retained, and the last one written; `last` is `first - 1` where there is none. */
  bounds(region: string): { readonly first: number; readonly last: number } {
    return this.#regions.get(region) ?? { first: 1, last: 0 };
  }

  /** The event was written, with this number. */
  stored(region: string, seq: number, event: AlertEvent): void {
    const known = this.#regions.get(region) ?? { first: 1, last: 0, recent: [] };
    this.#regions.set(region, known);
    if (seq !== known.last + 1) known.recent = [];
    known.last = seq;
    known.recent.push({ seq, event: withEveryField(event) });
    if (known.recent.length > 2 * RECENT_EVENTS) known.recent = known.recent.slice(-RECENT_EVENTS);
  }

  /** Events before `first` are gone. */
  expired(region: string, first: number): void {
    const known = this.#regions.get(region);
    if (known) known.first = first;
  }

  /** Events with after < seq <= last, if memory has them all. */
  recent(region: string, after: number, last: number): readonly NumberedEvent[] | undefined {
    const recent = this.#regions.get(region)?.recent;
    const first = recent?.[0];
    if (!recent || !first || after + 1 < first.seq) return undefined;
    return recent.slice(after + 1 - first.seq, Math.max(0, last + 1 - first.seq));
  }
}
