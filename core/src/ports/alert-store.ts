import type { Alert, AlertEvent, AlertStatus } from '../alarms/alert.ts';
import type { AlertType, Priority } from '../alarms/condition.ts';

/**
 * Alerts as they stand, with every change of each in order. A change and its event are stored together or not at all, so that what a
 * station is sent, what the API answers and what the audit trail says never differ. Events of a region are one ordered, durable
 * sequence; several alert engines share it.
 */
export interface AlertStore {
  /**
   * Stores `event.alert` and appends `event` to its region's sequence, if the stored version is still `event.alert.version - 1` (0: no
   * such alert) and, unless it resolves the alert, no other open one stands for its (patient, type) in its region. `conflict`: nothing was changed; read again.
   * Once resolved it outlasts the death of any process, and is told to everyone; a loss of power only once it is `settled`. A commit
   * goes to the life in which it was called, or to none. @throws VitalwireError `unavailable` (whether it was stored is unknown; trying again is safe)
   */
  commit(event: AlertEvent): Promise<'committed' | 'conflict'>;
  /**
   * As `commit`, for the first version of an open alert that was decided as if nothing were known of the patient, which spares the common
   * case its reading. `known`, and nothing was changed: the store has that alert, or an open one of the patient that is technical or of the
   * same type, or among the `RECENT_ALERTS` of the type one that went on with another condition. Read then, decide, and `commit`.
   */
  commitUnread(event: AlertEvent): Promise<'committed' | 'known'>;
  /** Another text each time the engine may have lost commits that were not settled: it restarted, or another took its place. */
  readonly life: string;
  /** How long `settled` may take when all is well, ms: as often as the engine fsyncs. */
  readonly settlingMs: number;
  /**
   * Resolves once everything that was committed in `life` before the call outlasts a loss of power too. Nothing that is told waits for it;
   * what must not be forgotten does: a group's offset, the answer to a person.
   * @throws VitalwireError `superseded` (another life has begun: what was not settled may be lost and is to be done again),
   * `unavailable` (not yet; ask again)
   */
  settled(life: string): Promise<void>;
  /** Calls `lost` whenever another life has begun, before anything can be committed in it. */
  onLost(lost: () => void): void;
  /** `get`, `open` and `recent` are what a change is decided on: they may tell of a commit that has not resolved. All others tell only of those that have. */
  get(region: string, alertId: string): Promise<Alert | undefined>;
  /** Alerts of a patient that are not resolved. */
  open(region: string, patientId: string): Promise<readonly Alert[]>;
  /** The alerts of a patient and type that were raised last, resolved ones included, newest first, at most `limit`. */
  recent(region: string, patientId: string, type: AlertType, limit: number): Promise<readonly Alert[]>;
  /** Every alert of the regions that is not resolved: the snapshot a station starts from, and the cursor to go on after. */
  snapshot(
    regions: readonly string[],
  ): Promise<{ readonly alerts: readonly Alert[]; readonly cursor: Cursor }>;
  /**
   * Newest first by raisedAtMs; `next` is undefined at the end. Resolved ones for at least 24 h.
   * @throws VitalwireError `rejected` where `after` is no page's `next`
   */
  list(query: AlertQuery): Promise<{ readonly alerts: readonly Alert[]; readonly next: string | undefined }>;
  /** Everything that ever happened to an alert, oldest first. */
  history(region: string, alertId: string): Promise<readonly AlertEvent[]>;
  /**
   * Events of the regions after the cursor, each region's in order, at most `limit`, and the cursor after the last of them. Undefined
   * where the cursor is older than what is retained (at least 24 h), or is no position of this store: take a snapshot. Where the event that
   * the cursor stood after was lost with an earlier life: `rewound`.
   */
  eventsAfter(cursor: Cursor, regions: readonly string[], limit: number): Promise<EventPage | undefined>;
  /** Calls `wake` soon after any engine committed an event; only a hint, `eventsAfter` is the truth. */
  onCommit(wake: (region: string) => void): Promise<void>;
  /** @throws VitalwireError `unavailable` */
  ping(): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

/** Alerts of one (patient, type) that are asked whether they ever stood for a condition: far more than one replayed batch can make. */
export const RECENT_ALERTS = 32;

/** `commitUnread`'s rule for `alert`, by the open alerts of its patient and the recent ones of its type. */
export function isUnknown(
  alert: Pick<Alert, 'id' | 'type'>,
  open: readonly Alert[],
  recent: readonly Alert[],
): boolean {
  return (
    open.every(({ kind, type }) => kind !== 'technical' && type !== alert.type) &&
    recent.every(({ id, conditionId }) => id === conditionId && id !== alert.id)
  );
}

/** A position in each region's sequence of events, by region; a region left out stands at its beginning. */
export type Cursor = Readonly<Record<string, string>>;

export interface StoredEvent {
  readonly region: string;
  /** The cursor of this region alone, after this event. */
  readonly position: string;
  readonly event: AlertEvent;
}

export interface EventPage {
  readonly events: readonly StoredEvent[];
  readonly cursor: Cursor;
  /**
   * The store has lost what the cursor stood after. The events are those of one region from some way before it, some of them a second
   * time. Whoever takes note of each once goes on; whoever shows how things stand takes a snapshot.
   */
  readonly rewound?: true;
}

export interface AlertQuery {
  readonly regions: readonly string[];
  readonly patientId: string | undefined;
  readonly status: AlertStatus | undefined;
  readonly priority: Priority | undefined;
  readonly type: AlertType | undefined;
  /** By raisedAtMs: from this moment on, and before that one. */
  readonly raisedFromMs?: number | undefined;
  readonly raisedToMs?: number | undefined;
  readonly limit: number;
  /** The `next` of the page before. */
  readonly after: string | undefined;
}
