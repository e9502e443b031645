import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { Cursor } from '@vitalwire/core/ports/alert-store.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { act, type ActionDeps } from '../actions/actions.ts';
import { hasFurtherStep, nextDue } from '../lifecycle/timers.ts';
import type { CommitSignal } from '../live/commit-signal.ts';
import { inhibitedBy, whoseInhibit } from '../technical/inhibition.ts';

export interface TimersDeps extends ActionDeps {
  readonly commits: CommitSignal;
  readonly regions: readonly string[];
}

const PAGE_EVENTS = 500;
const POLL_MS = 1_000;
const RETRY_MS = 500;
/** Whatever happens, the loop leaves the event loop to others. */
const WAIT_MS_MIN = 10;
/** Alerts come and change by the hundred a second at the worst, and timers run for seconds: those that change together are looked at together. */
const GATHER_MS = 25;

/**
 * Fires the timers of every open alert when they fall due. Due times are fields of the alerts, so an engine that starts finds what fell
 * due while none ran, and fires it once, late. Every engine does this: a timer fires by a commit on the version that it was read in, so of
 * several engines one succeeds, and the others find it no longer due.
 */
export function startTimers(deps: TimersDeps): Service {
  const stopping = new AbortController();
  const running = run(deps, stopping.signal);
  return {
    name: 'timers',
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}

interface Followed {
  cursor: Cursor | undefined;
  readonly open: Map<string, Alert>;
}

async function run(deps: TimersDeps, signal: AbortSignal): Promise<void> {
  const followed: Followed = { cursor: undefined, open: new Map() };
  while (!signal.aborted) {
    const seen = deps.commits.commits;
    try {
      await follow(deps, followed);
      const waitMs = await fireDue(deps, followed.open, signal);
      await deps.commits.next(seen, waitMs, signal);
      if (deps.commits.commits !== seen) await deps.clock.sleep(GATHER_MS, signal);
    } catch (error) {
      deps.logger.warn({ err: error }, 'alarm timers wait for the store');
      await deps.clock.sleep(RETRY_MS, signal);
    }
  }
}

/** Brings the open alerts up to the store. */
async function follow({ alerts, regions }: TimersDeps, followed: Followed): Promise<void> {
  for (;;) {
    const page = followed.cursor && (await alerts.eventsAfter(followed.cursor, regions, PAGE_EVENTS));
    if (!page || page.rewound) {
      const snapshot = await alerts.snapshot(regions);
      followed.open.clear();
      for (const alert of snapshot.alerts) followed.open.set(alert.id, alert);
      followed.cursor = snapshot.cursor;
      return;
    }
    for (const { event } of page.events) keep(followed.open, event.alert);
    followed.cursor = page.cursor;
    if (page.events.length < PAGE_EVENTS) return;
  }
}

function keep(open: Map<string, Alert>, alert: Alert): void {
  const held = open.get(alert.id);
  if (held && held.version > alert.version) return;
  if (alert.status === 'resolved') open.delete(alert.id);
  else open.set(alert.id, alert);
}

type OpenByPatient = ReadonlyMap<string, readonly Alert[]>;

const keyOf = (region: string, patientId: string): string => `${region} ${patientId}`;

function technicalByPatient(open: ReadonlyMap<string, Alert>): OpenByPatient {
  const technical = [...open.values()].filter(({ kind }) => kind === 'technical');
  return Map.groupBy(technical, ({ region, patientId }) => keyOf(region, patientId));
}

/**
 * By the alerts that are followed: where an area is away thousands are inhibited, always due, and asking the store for each of them every second
 * would hold up all other timers. Once it looks otherwise here, the store is asked before anything sounds.
 */
function isInhibited(
  { region, patientId, type }: Alert,
  causes: OpenByPatient,
  policyFor: TimersDeps['policyFor'],
): boolean {
  const whose = whoseInhibit(type);
  if (whose === undefined) return false;
  const present = causes.get(keyOf(region, whose === 'patient' ? patientId : '')) ?? [];
  return inhibitedBy(policyFor(region, patientId), present).inhibits(type);
}

/** How long until something may be due, in ms of wall time, which may jump: never far. */
async function fireDue(deps: TimersDeps, open: Map<string, Alert>, signal: AbortSignal): Promise<number> {
  let waitMs = POLL_MS;
  let causes: OpenByPatient | undefined;
  for (const alert of open.values()) {
    const due = nextDue(alert);
    if (!due || signal.aborted) continue;
    if (alert.silence === 'inhibited') {
      causes ??= technicalByPatient(open);
      if (isInhibited(alert, causes, deps.policyFor)) continue;
    }
    const inMs = due.dueMs - deps.clock.now();
    if (inMs > 0) {
      waitMs = Math.min(waitMs, inMs);
      continue;
    }
    // Its chain has become shorter: nothing to do, unless it becomes longer again.
    if (due.timer === 'escalation' && !hasFurtherStep(alert, deps.policyFor(alert.region, alert.patientId)))
      continue;
    try {
      const result = await act(deps, alert.region, alert.id, { kind: 'timer', timer: due.timer });
      if (result.kind === 'done') keep(open, result.alert);
      if (result.kind === 'not_found') open.delete(alert.id);
      // An inhibited signal is always due.
      if (alert.silence !== 'inhibited')
        deps.metrics.timerLateness.observe({ timer: due.timer }, Math.max(0, -inMs) / 1000);
    } catch (error) {
      // Another alert's timer does not wait for this one's.
      deps.logger.warn({ reason: messageOf(error), alert_id: alert.id }, 'an alarm timer could not fire');
      waitMs = Math.min(waitMs, RETRY_MS);
    }
  }
  return Math.max(WAIT_MS_MIN, waitMs);
}
