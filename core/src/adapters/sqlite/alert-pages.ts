import type { StatementSync } from 'node:sqlite';
import type { Alert } from '../../alarms/alert.ts';
import type { AlertQuery } from '../../ports/alert-store.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import { decodeAlert } from './alert-rows.ts';
import type { Session } from './port-session.ts';

interface Place {
  readonly raisedAtMs: number;
  readonly seq: number;
}

type Found = Place & { readonly row: Record<string, unknown> };

const NEWEST: Place = { raisedAtMs: Number.MAX_SAFE_INTEGER, seq: Number.MAX_SAFE_INTEGER };

/** Pages of alerts, newest first. A page ends at (moment raised, number of insertion), which no two alerts share. */
export class AlertPages {
  readonly #database: Session;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: Session) {
    this.#database = database;
  }

  /** @throws VitalwireError `rejected` where `after` is no page's `next`. */
  page(query: AlertQuery): { readonly alerts: readonly Alert[]; readonly next: string | undefined } {
    const after = query.after === undefined ? NEWEST : parsePlace(query.after);
    const found = [...new Set(query.regions)]
      .flatMap((region) => this.#inRegion(region, query, after))
      .toSorted((a, b) => b.raisedAtMs - a.raisedAtMs || b.seq - a.seq);
    const page = found.slice(0, query.limit);
    const last = page.at(-1);
    return {
      alerts: page.map(({ row }) => decodeAlert(row)),
      next: found.length > page.length && last ? `${last.raisedAtMs}.${last.seq}` : undefined,
    };
  }

  /** One more than a page holds, to know whether another follows. */
  #inRegion(region: string, query: AlertQuery, after: Place): Found[] {
    const filters: string[] = [];
    const values: (string | number)[] = [];
    const filter = (column: string, value: string | number | undefined, comparison = '='): void => {
      if (value === undefined) return;
      filters.push(`AND ${column} ${comparison} ?`);
      values.push(value);
    };
    filter('patient_id', query.patientId);
    filter('status', query.status);
    if (indexFor(query) === 'alerts_open') filters.push(`AND status <> 'resolved'`);
    filter('priority', query.priority);
    filter('type', query.type);
    filter('raised_at_ms', query.raisedFromMs, '>=');
    filter('raised_at_ms', query.raisedToMs, '<');
    const statement = this.#statement(indexFor(query), filters.join(' '));
    return statement
      .all(region, after.raisedAtMs, after.seq, ...values, query.limit + 1)
      .map((row) => ({ raisedAtMs: Number(row['raised_at_ms']), seq: Number(row['seq']), row }));
  }

  #statement(index: string, filters: string): StatementSync {
    const sql = `SELECT seq, raised_at_ms, body FROM alerts INDEXED BY ${index}
      WHERE region = ? AND (raised_at_ms, seq) < (?, ?) ${filters} ORDER BY raised_at_ms DESC, seq DESC LIMIT ?`;
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }
}

/** The few alerts of a patient, the few that are open (a partial index, which the filter must name to be used), or all by time. */
function indexFor(query: AlertQuery): string {
  if (query.patientId !== undefined) return 'alerts_of_patient';
  return query.status === undefined || query.status === 'resolved' ? 'alerts_newest' : 'alerts_open';
}

function parsePlace(text: string): Place {
  const match = /^(-?\d+)\.(\d+)$/.exec(text);
  if (!match) throw new VitalwireError('rejected', 'no such page', { retriable: false });
  return { raisedAtMs: Number(match[1]), seq: Number(match[2]) };
}
