import type { Alert, AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import {
  isUnknown,
  RECENT_ALERTS,
  type AlertQuery,
  type AlertStore,
  type Cursor,
  type EventPage,
  type StoredEvent,
} from '@vitalwire/core/ports/alert-store.ts';
import { VitalwireError } from '@vitalwire/core/runtime/errors.ts';

/** Alerts and their events; a region's events are numbered from 1. Nothing is ever removed. */
export class SimulatedAlerts implements AlertStore {
  readonly #alerts = new Map<string, Alert>();
  readonly #events = new Map<string, StoredEvent[]>();
  #closed = false;
  readonly #listeners: ((region: string) => void)[] = [];

  /** Everything that happened in a region, oldest first. */
  eventsOf(region: string): readonly StoredEvent[] {
    return this.#events.get(region) ?? [];
  }

  all(): readonly Alert[] {
    return [...this.#alerts.values()];
  }

  async commit(event: AlertEvent): Promise<'committed' | 'conflict'> {
    await this.ping();
    return this.#store(event) ? 'committed' : 'conflict';
  }

  async commitUnread(event: AlertEvent): Promise<'committed' | 'known'> {
    await this.ping();
    const { region, patientId, type } = event.alert;
    const recent = this.#recentOf(region, patientId, type, RECENT_ALERTS);
    const isTaken = isUnknown(event.alert, this.#openOf(region, patientId), recent) && this.#store(event);
    return isTaken ? 'committed' : 'known';
  }

  /** In one turn: two engines commit one after the other. */
  #store(event: AlertEvent): boolean {
    const { alert } = event;
    const key = `${alert.region}|${alert.id}`;
    if ((this.#alerts.get(key)?.version ?? 0) !== alert.version - 1) return false;
    const rival = this.#openOf(alert.region, alert.patientId).some(
      (other) => other.type === alert.type && other.id !== alert.id,
    );
    if (alert.status !== 'resolved' && rival) return false;
    this.#alerts.set(key, alert);
    const events = this.#events.get(alert.region) ?? [];
    this.#events.set(alert.region, events);
    events.push({ region: alert.region, position: String(events.length + 1), event });
    for (const wake of this.#listeners) wake(alert.region);
    return true;
  }

  readonly life = 'the only one';
  readonly settlingMs = 0;

  async settled(): Promise<void> {}

  onLost(): void {}

  async get(region: string, alertId: string): Promise<Alert | undefined> {
    return this.#alerts.get(`${region}|${alertId}`);
  }

  async open(region: string, patientId: string): Promise<readonly Alert[]> {
    return this.#openOf(region, patientId);
  }

  #openOf(region: string, patientId: string): readonly Alert[] {
    return this.all().filter(
      (alert) => alert.region === region && alert.patientId === patientId && alert.status !== 'resolved',
    );
  }

  async snapshot(
    regions: readonly string[],
  ): Promise<{ readonly alerts: readonly Alert[]; readonly cursor: Cursor }> {
    return {
      alerts: this.all().filter((alert) => regions.includes(alert.region) && alert.status !== 'resolved'),
      cursor: Object.fromEntries(regions.map((region) => [region, String(this.eventsOf(region).length)])),
    };
  }

  async recent(...asked: Parameters<AlertStore['recent']>): Promise<readonly Alert[]> {
    return this.#recentOf(...asked);
  }

  #recentOf(...[region, patientId, type, limit]: Parameters<AlertStore['recent']>): readonly Alert[] {
    return this.all()
      .filter((alert) => alert.region === region && alert.patientId === patientId && alert.type === type)
      .toSorted(newestFirst)
      .slice(0, limit);
  }

  async list(query: AlertQuery): Promise<{ alerts: readonly Alert[]; next: string | undefined }> {
    const from = query.after === undefined ? 0 : Number(query.after);
    if (!Number.isSafeInteger(from))
      throw new VitalwireError('rejected', 'no such page', { retriable: false });
    const found = this.all()
      .filter((alert) => query.regions.includes(alert.region))
      .filter((alert) => query.patientId === undefined || alert.patientId === query.patientId)
      .filter((alert) => query.status === undefined || alert.status === query.status)
      .filter((alert) => query.priority === undefined || alert.priority === query.priority)
      .filter((alert) => query.type === undefined || alert.type === query.type)
      .filter((alert) => alert.raisedAtMs >= (query.raisedFromMs ?? -Infinity))
      .filter((alert) => alert.raisedAtMs < (query.raisedToMs ?? Infinity))
      .toSorted(newestFirst);
    const to = from + query.limit;
    return { alerts: found.slice(from, to), next: to < found.length ? String(to) : undefined };
  }

  async history(region: string, alertId: string): Promise<readonly AlertEvent[]> {
    return this.eventsOf(region)
      .map(({ event }) => event)
      .filter(({ alert }) => alert.id === alertId);
  }

  async eventsAfter(
    cursor: Cursor,
    regions: readonly string[],
    limit: number,
  ): Promise<EventPage | undefined> {
    const events: StoredEvent[] = [];
    const reached: Record<string, string> = { ...cursor };
    for (const region of regions) {
      const after = Number(cursor[region] ?? 0);
      if (!Number.isSafeInteger(after) || after > this.eventsOf(region).length) return undefined;
      for (const stored of this.eventsOf(region).slice(after, after + limit - events.length)) {
        events.push(stored);
        reached[region] = stored.position;
      }
    }
    return { events, cursor: reached };
  }

  async onCommit(wake: (region: string) => void): Promise<void> {
    this.#listeners.push(wake);
  }

  async ping(): Promise<void> {
    if (this.#closed) throw new VitalwireError('closed', 'the alert store is closed', { retriable: false });
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** The engine is there again, with what it had. */
  reopen(): void {
    this.#closed = false;
  }
}

const newestFirst = (one: Alert, other: Alert): number => other.raisedAtMs - one.raisedAtMs;
