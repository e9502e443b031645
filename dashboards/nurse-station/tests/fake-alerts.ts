/** Alerts raised by hand, with the life that the engine would give them, their history, and the cursor to resume from. */
import type { AlertDocument, PatientDocument } from '../src/feed/frames.ts';

export type AlertEvent = { type: 'alert'; cursor: string; alert: AlertDocument };

const iso = (ms: number): string => new Date(ms).toISOString();
const next = (alert: AlertDocument): number => (alert.version ?? 1) + 1;

export class FakeAlerts {
  /** Told of every change. */
  onEvent: (event: AlertEvent) => void = () => undefined;
  readonly #bedOf: (patientId: string) => PatientDocument | undefined;
  readonly #events: AlertEvent[] = [];
  readonly #alerts = new Map<string, AlertDocument>();

  constructor(bedOf: (patientId: string) => PatientDocument | undefined) {
    this.#bedOf = bedOf;
  }

  get cursor(): string {
    return String(this.#events.length);
  }

  eventsAfter(cursor: string): readonly AlertEvent[] {
    return this.#events.slice(Number(cursor));
  }

  raise(
    patientId: string,
    alert: Partial<AlertDocument> & Pick<AlertDocument, 'type' | 'priority'>,
  ): AlertDocument {
    const bed = this.#bedOf(patientId);
    const now = iso(Date.now());
    const raised: AlertDocument = {
      id: `a${this.#events.length + 1}`,
      version: 1,
      patient_id: patientId,
      region: bed?.region ?? 'Northeast',
      device_id: bed?.device_id ?? '',
      kind: 'physiological',
      status: 'pending',
      value: null,
      threshold: null,
      message: alert.type.replaceAll('_', ' '),
      mode: bed?.mode ?? 'real',
      timestamp: now,
      onset: now,
      ended_at: null,
      acknowledged_by: null,
      acknowledged_at: null,
      resolved_at: null,
      ...alert,
    };
    this.#publish(raised, raised.status === 'resolved' ? 'resolved' : 'raised');
    return raised;
  }

  /** A gateway is away: one alert of no patient. */
  storm(): AlertDocument {
    return this.raise('', {
      type: 'gateway_away',
      kind: 'technical',
      priority: 'high',
      region: 'Southwest',
      message: 'Gateway of Southwest is away: 24 devices',
    });
  }

  /** Its condition is over. */
  end(id: string): void {
    const alert = this.#alerts.get(id);
    if (alert === undefined) return;
    const ended = { ...alert, version: next(alert), ended_at: iso(Date.now()) };
    const latches =
      alert.status === 'pending' && (alert.priority === 'critical' || alert.priority === 'high');
    if (latches) this.#publish(ended, 'updated');
    else this.#publish({ ...ended, status: 'resolved', resolved_at: iso(Date.now()) }, 'resolved');
  }

  /** For good, whatever it was. */
  close(id: string): void {
    this.change(id, { status: 'resolved', resolved_at: iso(Date.now()), signal: 'off' }, 'resolved');
  }

  acknowledge(id: string, by: string, nowMs: number): AlertDocument | undefined {
    const alert = this.#alerts.get(id);
    if (alert === undefined || alert.status === 'resolved') return undefined;
    const seen: AlertDocument = {
      ...alert,
      version: next(alert),
      acknowledged_by: by,
      acknowledged_at: iso(nowMs),
    };
    // A latched alert has nothing left to wait for.
    if (alert.ended_at) this.#publish({ ...seen, status: 'resolved', resolved_at: iso(nowMs) }, 'resolved');
    else this.#publish({ ...seen, status: 'acknowledged' }, 'acknowledged');
    return this.#alerts.get(id);
  }

  escalate(id: string): void {
    const step = (this.#alerts.get(id)?.escalation_step ?? 0) + 1;
    this.change(id, { escalation_step: step }, 'escalated');
  }

  remind(id: string, nowMs: number): void {
    this.change(id, { reminded_at: iso(nowMs) }, 'updated', 'reminder');
  }

  change(id: string, changes: Partial<AlertDocument>, event: string, reason: string | null = null): void {
    const alert = this.#alerts.get(id);
    if (alert === undefined) return;
    this.#publish({ ...alert, version: next(alert), ...changes }, event, reason);
  }

  /** The patient's open ones, as her entry of a snapshot has them; of the empty id those of an area. */
  open(patientId: string): AlertDocument[] {
    return [...this.#alerts.values()].filter(
      ({ patient_id: id, status }) => id === patientId && status !== 'resolved',
    );
  }

  of(patientId: string, type: string): AlertDocument | undefined {
    return [...this.#alerts.values()].find((alert) => alert.patient_id === patientId && alert.type === type);
  }

  /** The API's answer to `/alerts`. */
  page(query: URLSearchParams): object {
    const items = [...this.#alerts.values()].filter(
      (alert) =>
        (query.get('patient') ?? alert.patient_id) === alert.patient_id &&
        (query.get('status') ?? alert.status) === alert.status &&
        (query.get('priority') ?? alert.priority) === alert.priority &&
        (query.get('type') ?? alert.type) === alert.type &&
        (query.get('from') ?? '') <= alert.timestamp &&
        (query.get('to') ?? '9') > alert.timestamp &&
        (query.get('region') ?? alert.region) === alert.region,
    );
    const newest = items.sort((a, b) => (a.timestamp < b.timestamp ? 1 : -1));
    const from = Number(query.get('after') ?? 0);
    const limit = Number(query.get('limit') ?? 50);
    const after = from + limit < newest.length ? String(from + limit) : null;
    return { items: newest.slice(from, from + limit), next: after };
  }

  /** The API's answer to `/alerts/{id}`. */
  withHistory(id: string): object | undefined {
    const alert = this.#alerts.get(id);
    if (alert === undefined) return undefined;
    const history = this.#events
      .filter((event) => event.alert.id === id)
      .map(({ alert: after }) => ({
        event_id: `${id}:${after.version ?? 1}`,
        event: after.event ?? 'raised',
        actor: after.event === 'acknowledged' ? after.acknowledged_by : 'system',
        at: after.acknowledged_at ?? after.timestamp,
        reason: null,
        alert: after,
      }));
    return { ...alert, history };
  }

  #publish(alert: AlertDocument, event: string, reason: string | null = null): void {
    const changed = { ...alert, event, ...(reason === null ? {} : { reason }) };
    this.#alerts.set(alert.id, changed);
    const frame: AlertEvent = { type: 'alert', cursor: String(this.#events.length + 1), alert: changed };
    this.#events.push(frame);
    this.onEvent(frame);
  }
}
