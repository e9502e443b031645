import { alertEventId } from '@vitalwire/core/alarms/alert-codec.ts';
import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import { PRIORITY_RANK } from '@vitalwire/core/alarms/condition.ts';
import type { AlertStore, Cursor, StoredEvent } from '@vitalwire/core/ports/alert-store.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { LiveView } from '../live/live-view.ts';
import { patientDocument, type PatientDocument } from '../live/patient-document.ts';
import type { AlertFeed } from './alert-feed.ts';
import { stationCursor, storeCursor, type StationCursor } from './cursor.ts';
import type { Session } from './session.ts';

export interface JoinDeps {
  readonly alerts: AlertStore;
  readonly feed: AlertFeed;
  readonly view: LiveView;
  readonly clock: Clock;
  /** Runs a store's call until it answers, or rejects once the session is closed. */
  readonly attempt: <T>(work: () => Promise<T>) => Promise<T>;
}

export type JoinKind = 'fresh' | 'resumed' | 'too_old';

const PAGE_EVENTS = 500;

/**
 * Brings a session from its hello to live: missed events (with `since`), the snapshot, then the feed, without a gap and without a
 * repetition, while engines go on committing. Positions can be passed on but not compared, so it goes by sets:
 *
 * 1. Missed events are sent until the store has no more; the session stands at `reached`.
 * 2. The snapshot is read; it stands at `cursor`, a little further. Events after `reached` that are not after `cursor` are in it, and
 *    were missed: they are sent before it.
 * 3. The feed is drained: it will not tell again of anything the snapshot holds. The session begins to hold what the feed tells.
 * 4. Events after `cursor` are read and sent behind the snapshot; what the feed holds back, less those, follows. Anything the feed told
 *    before it was listened to had been committed before this read, and so is in it.
 */
export async function join(
  session: Session,
  since: StationCursor | undefined,
  deps: JoinDeps,
): Promise<JoinKind> {
  const regions = [...session.scope.regions];
  let kind: JoinKind = 'fresh';
  let reached: Cursor | undefined;
  if (since) {
    session.standAt(since);
    reached = await sendMissed(session, storeCursor(since), regions, deps);
    kind = reached ? 'resumed' : 'too_old';
  }
  await session.room(deps.clock);
  const { alerts, cursor } = await deps.attempt(() => deps.alerts.snapshot(regions));
  const sinceReached = reached ? await allAfter(reached, regions, deps) : [];
  await deps.attempt(() => deps.feed.drain());
  session.hold();
  const sinceSnapshot = await allAfter(cursor, regions, deps);
  if (reached) {
    const later = new Set(sinceSnapshot.map(({ event }) => alertEventId(event)));
    for (const stored of sinceReached) {
      if (!later.has(alertEventId(stored.event))) session.sendMissed(stored);
    }
  }
  session.standAt(stationCursor(cursor, regions));
  session.send('snapshot', snapshotFrame(session, alerts, deps.view));
  session.snapshotSent(alerts);
  for (const stored of sinceSnapshot) session.sendMissed(stored);
  session.goLive();
  void deps.feed.drain().then(() => session.feedCaughtUp());
  return kind;
}

/** Undefined where the cursor is older than what is retained, or of what the store has lost. */
async function sendMissed(
  session: Session,
  since: Cursor,
  regions: readonly string[],
  deps: JoinDeps,
): Promise<Cursor | undefined> {
  let cursor = since;
  for (;;) {
    const page = await deps.attempt(() => deps.alerts.eventsAfter(cursor, regions, PAGE_EVENTS));
    if (!page || page.rewound) return undefined;
    for (const stored of page.events) {
      await session.room(deps.clock);
      session.sendMissed(stored);
    }
    cursor = page.cursor;
    if (page.events.length === 0) return cursor;
  }
}

async function allAfter(from: Cursor, regions: readonly string[], deps: JoinDeps): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (let cursor = from; ;) {
    const page = await deps.attempt(() => deps.alerts.eventsAfter(cursor, regions, PAGE_EVENTS));
    // A cursor of a moment ago is always retained.
    if (!page || page.events.length === 0) return events;
    events.push(...page.events);
    cursor = page.cursor;
  }
}

function snapshotFrame(session: Session, alerts: readonly Alert[], view: LiveView): string {
  return JSON.stringify({
    type: 'snapshot',
    cursor: session.cursor,
    patients: patientsOf(session, alerts, view),
  });
}

/** Everyone in the regions, and everyone who has an open alert there, wherever the directory says she is. */
function patientsOf(session: Session, alerts: readonly Alert[], view: LiveView): PatientDocument[] {
  const { regions, patients } = session.scope;
  const byPatient = groupByPatient(alerts);
  const ids = new Set([...view.patientsOf(regions), ...byPatient.keys()]);
  return [...ids]
    .filter((id) => patients?.has(id) ?? true)
    .map((id) => {
      const own = byPatient.get(id) ?? [];
      return patientDocument(view.facts(id, own[0]?.region ?? ''), own);
    });
}

/** The worst first, then the newest. */
export function groupByPatient(alerts: readonly Alert[]): Map<string, Alert[]> {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const group = groups.get(alert.patientId);
    if (group) group.push(alert);
    else groups.set(alert.patientId, [alert]);
  }
  for (const group of groups.values()) {
    group.sort(
      (a, b) => PRIORITY_RANK[b.priority] - PRIORITY_RANK[a.priority] || b.raisedAtMs - a.raisedAtMs,
    );
  }
  return groups;
}
