import type { Alert, AlertEvent } from '../../alarms/alert.ts';
import {
  isUnknown,
  RECENT_ALERTS,
  type AlertQuery,
  type AlertStore,
  type Cursor,
  type EventPage,
  type StoredEvent,
} from '../../ports/alert-store.ts';
import type { AlertType } from '../../alarms/condition.ts';
import type { StatementSync } from 'node:sqlite';
import { messageOf } from '../../runtime/errors.ts';
import type { Cancel } from '../../runtime/clock.ts';
import { decodeAlert, decodeAlertEvent } from './alert-rows.ts';
import { AlertPages } from './alert-pages.ts';
import { AlertSequences, type NumberedEvent } from './alert-sequences.ts';
import { expireAlerts } from './alert-retention.ts';
import { PortSession, type Session } from './port-session.ts';

const RETENTION_PERIOD_MS = 600_000;

/** Alerts and their events on SQLite: both in one transaction, events numbered from 1 in each region. */
export class SqliteAlertStore implements AlertStore {
  readonly #database: PortSession;
  /** Differs between two databases, so that a cursor of a lost one is not taken for a position in its successor. */
  readonly #epoch: string;
  readonly #pages: AlertPages;
  readonly #version: StatementSync;
  readonly #rival: StatementSync;
  readonly #upsert: StatementSync;
  readonly #nextSeq: StatementSync;
  readonly #insertEvent: StatementSync;
  readonly #get: StatementSync;
  readonly #open: StatementSync;
  readonly #openInRegion: StatementSync;
  readonly #recent: StatementSync;
  readonly #history: StatementSync;
  readonly #events: StatementSync;
  /** The last event of each region that is known to be durable. */
  readonly #durableSeq = new Map<string, number>();
  readonly #sequences: AlertSequences;
  readonly #listeners: ((region: string) => void)[] = [];
  readonly #cancel: Cancel;
  #retaining: Promise<void> | undefined;
  #stopping = false;

  /** Closing it does not close the database. */
  constructor(database: Session) {
    this.#database = new PortSession(database, 'alert store');
    this.#epoch = String(database.prepare('SELECT epoch FROM identity').get()?.['epoch']);
    this.#pages = new AlertPages(database);
    this.#version = database.prepare('SELECT version FROM alerts WHERE region = ? AND id = ?');
    this.#rival = database.prepare(
      `SELECT 1 FROM alerts WHERE region = ? AND patient_id = ? AND type = ? AND status <> 'resolved' AND id <> ?`,
    );
    this.#upsert = database.prepare(
      `INSERT INTO alerts (region, id, version, patient_id, type, priority, status, raised_at_ms, resolved_stored_ms, body)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (region, id) DO UPDATE SET version = excluded.version, patient_id = excluded.patient_id, type = excluded.type,
         priority = excluded.priority, status = excluded.status, raised_at_ms = excluded.raised_at_ms,
         resolved_stored_ms = excluded.resolved_stored_ms, body = excluded.body`,
    );
    this.#nextSeq = database.prepare(
      `INSERT INTO alert_sequences VALUES (?, 1, 1) ON CONFLICT (region) DO UPDATE SET last_seq = last_seq + 1
       RETURNING last_seq`,
    );
    this.#insertEvent = database.prepare('INSERT INTO alert_events VALUES (?, ?, ?, ?, ?, ?)');
    this.#get = database.prepare('SELECT body FROM alerts WHERE region = ? AND id = ?');
    this.#open = database.prepare(
      `SELECT body FROM alerts WHERE region = ? AND patient_id = ? AND status <> 'resolved' ORDER BY seq`,
    );
    this.#openInRegion = database.prepare(
      `SELECT body FROM alerts INDEXED BY alerts_open WHERE region = ? AND status <> 'resolved' ORDER BY seq`,
    );
    this.#recent = database.prepare(
      'SELECT body FROM alerts WHERE region = ? AND patient_id = ? AND type = ? ORDER BY raised_at_ms DESC, seq DESC LIMIT ?',
    );
    this.#history = database.prepare(
      'SELECT body FROM alert_events WHERE region = ? AND alert_id = ? ORDER BY version',
    );
    this.#events = database.prepare(
      'SELECT seq, body FROM alert_events WHERE region = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
    );
    this.#sequences = new AlertSequences(database);
    for (const [region, { last }] of this.#sequences.all()) this.#durableSeq.set(region, last);
    this.#cancel = database.clock.every(RETENTION_PERIOD_MS, () => {
      this.retain().catch((error: unknown) => {
        database.logger.error({ err: error }, 'retention of alerts failed');
      });
    });
  }

  async commit(event: AlertEvent): Promise<'committed' | 'conflict'> {
    return (await this.#commit(event, () => this.#store(event))) ? 'committed' : 'conflict';
  }

  async commitUnread(event: AlertEvent): Promise<'committed' | 'known'> {
    const { alert } = event;
    // A job waits for an fsync, also the one that changed nothing: who must read all the same is told at once.
    if (!this.#database.peek(() => this.#isUnknown(alert))) return 'known';
    const isStored = await this.#commit(event, () =>
      this.#isUnknown(alert) ? this.#store(event) : undefined,
    );
    return isStored ? 'committed' : 'known';
  }

  /** `store` runs within a transaction, and returns the event's number or, where it changed nothing, undefined. */
  async #commit(event: AlertEvent, store: () => number | undefined): Promise<boolean> {
    const { region } = event.alert;
    const seq = await this.#database.write(store, 'prompt', (written) => {
      if (written !== undefined) this.#sequences.stored(region, written, event);
    });
    if (seq === undefined) return false;
    this.#durableSeq.set(region, Math.max(seq, this.#durable(region)));
    this.#wake(region);
    return true;
  }

  /** A commit resolves past its fsync: nothing of it is ever lost. */
  get life(): string {
    return this.#epoch;
  }

  readonly settlingMs = 0;

  async settled(): Promise<void> {}

  onLost(): void {}

  async get(region: string, alertId: string): Promise<Alert | undefined> {
    const row = this.#database.peek(() => this.#get.get(region, alertId));
    return row && decodeAlert(row);
  }

  async open(region: string, patientId: string): Promise<readonly Alert[]> {
    const rows = this.#database.peek(() => this.#open.all(region, patientId));
    return rows.map(decodeAlert);
  }

  async recent(region: string, patientId: string, type: AlertType, limit: number): Promise<readonly Alert[]> {
    const rows = this.#database.peek(() => this.#recent.all(region, patientId, type, limit));
    return rows.map(decodeAlert);
  }

  snapshot(
    regions: readonly string[],
  ): Promise<{ readonly alerts: readonly Alert[]; readonly cursor: Cursor }> {
    // One turn of the event loop: nothing is committed between the alerts and their cursor.
    return this.#database.read(() => {
      const asked = [...new Set(regions)];
      return {
        alerts: asked.flatMap((region) => this.#openInRegion.all(region).map(decodeAlert)),
        cursor: Object.fromEntries(
          asked.map((region) => [region, this.#position(this.#sequences.bounds(region).last)]),
        ),
      };
    });
  }

  list(query: AlertQuery): Promise<{ readonly alerts: readonly Alert[]; readonly next: string | undefined }> {
    return this.#database.read(() => this.#pages.page(query));
  }

  async history(region: string, alertId: string): Promise<readonly AlertEvent[]> {
    const rows = await this.#database.read(() => this.#history.all(region, alertId));
    return rows.map(decodeAlertEvent);
  }

  /** Answers at once, from what is known to be durable: whoever follows the events would otherwise wait for the fsync of others' writes. */
  async eventsAfter(
    cursor: Cursor,
    regions: readonly string[],
    limit: number,
  ): Promise<EventPage | undefined> {
    return this.#database.peek(() => {
      const events: StoredEvent[] = [];
      const reached: Record<string, string> = { ...cursor };
      for (const region of new Set(regions)) {
        const after = this.#seqOf(cursor[region], region);
        if (after === undefined) return undefined;
        const room = Math.max(0, limit - events.length);
        for (const { seq, event } of this.#eventsOf(region, after, room)) {
          const position = this.#position(seq);
          events.push({ region, position, event });
          reached[region] = position;
        }
      }
      return { events, cursor: reached };
    });
  }

  async onCommit(wake: (region: string) => void): Promise<void> {
    this.#listeners.push(wake);
  }

  /** Removes events and resolved alerts older than 30 days; otherwise done every ten minutes by the clock. */
  retain(): Promise<void> {
    const expired = (region: string, first: number): void => this.#sequences.expired(region, first);
    return (this.#retaining ??= expireAlerts(this.#database, () => this.#stopping, expired).finally(() => {
      this.#retaining = undefined;
    }));
  }

  ping(): Promise<void> {
    return this.#database.ping();
  }

  async close(): Promise<void> {
    this.#stopping = true;
    this.#listeners.length = 0;
    this.#cancel();
    await this.#retaining?.catch(() => undefined);
    this.#database.close();
  }

  #durable(region: string): number {
    return this.#durableSeq.get(region) ?? 0;
  }

  #isUnknown(alert: Alert): boolean {
    const { region, patientId, type } = alert;
    const open = this.#open.all(region, patientId).map(decodeAlert);
    const recent = this.#recent.all(region, patientId, type, RECENT_ALERTS).map(decodeAlert);
    return isUnknown(alert, open, recent);
  }

  /** Within a transaction. The event's number; undefined where it conflicts. */
  #store(event: AlertEvent): number | undefined {
    const { alert } = event;
    const { region, id, version, patientId, type, priority, status, raisedAtMs } = alert;
    const stored = this.#version.get(region, id);
    if (Number(stored?.['version'] ?? 0) !== version - 1) return undefined;
    if (status !== 'resolved' && this.#rival.get(region, patientId, type, id)) return undefined;
    const storedMs = this.#database.clock.now();
    const resolvedMs = status === 'resolved' ? storedMs : null;
    const body = JSON.stringify(alert);
    this.#upsert.run(region, id, version, patientId, type, priority, status, raisedAtMs, resolvedMs, body);
    const seq = Number(this.#nextSeq.get(region)?.['last_seq']);
    this.#insertEvent.run(region, seq, id, version, storedMs, JSON.stringify(event));
    return seq;
  }

  /** What is known to be durable. */
  #eventsOf(region: string, after: number, limit: number): readonly NumberedEvent[] {
    const last = this.#durable(region);
    if (after >= last) return [];
    const recent = this.#sequences.recent(region, after, Math.min(last, after + limit));
    if (recent) return recent;
    const rows = this.#events.all(region, after, last, limit);
    return rows.map((row) => ({ seq: Number(row['seq']), event: decodeAlertEvent(row) }));
  }

  #position(seq: number): string {
    return `${this.#epoch}-${seq}`;
  }

  /** The event that a position stands after; undefined where the events after it are not all here. */
  #seqOf(position: string | undefined, region: string): number | undefined {
    const { first, last } = this.#sequences.bounds(region);
    const [epoch, digits = ''] = position === undefined ? [this.#epoch, '0'] : position.split('-');
    const seq = Number(digits);
    const known = epoch === this.#epoch && digits !== '' && Number.isSafeInteger(seq);
    return known && seq >= first - 1 && seq <= last ? seq : undefined;
  }

  #wake(region: string): void {
    for (const wake of this.#listeners) {
      try {
        wake(region);
      } catch (error) {
        this.#database.logger.error({ err: messageOf(error) }, 'a listener for committed alerts failed');
      }
    }
  }
}
