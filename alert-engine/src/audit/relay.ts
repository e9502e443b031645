import { alertEventId, encodeAlertEvent } from '@vitalwire/core/alarms/alert-codec.ts';
import type { AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import type { AlertStore, Cursor } from '@vitalwire/core/ports/alert-store.ts';
import type { CheckpointStore } from '@vitalwire/core/ports/checkpoint-store.ts';
import type { EventLog, NewRecord } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { isSuperseded } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import { retry } from '@vitalwire/core/runtime/retry.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import type { CommitSignal } from '../live/commit-signal.ts';
import type { AlertEngineMetrics } from '../metrics.ts';
import { AUDIT_PIPELINE, loadPosition, savePosition } from './position.ts';
import { everythingRetained } from './recovery.ts';

const PAGE_EVENTS = 500;
const POLL_MS = 1_000;
/** What comes within this time of a commit is written, and its position saved, together. */
const GATHER_MS = 50;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5_000;

export interface AuditRelayDeps {
  readonly log: EventLog;
  readonly alerts: AlertStore;
  readonly checkpoints: CheckpointStore;
  readonly commits: CommitSignal;
  readonly regions: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: AlertEngineMetrics;
  readonly random: () => number;
  /** Told once if the relay cannot go on: trying again would not help. */
  readonly onFailed: (error: unknown) => void;
}

/**
 * The audit trail: every event of the store's regions, in each region's order, onto `alerts.lifecycle` (key: alert id). The store is the
 * outbox: an alert and its event are committed together, so nothing can be in the one and never reach the other. What is not settled there
 * is not written here.
 *
 * At least once: the position is saved after the records are durable, so a crash in between, or two engines overlapping while the lead
 * passes from one to the other, repeat records and lose none. The header and field `event_id` (alert id and version) is the same in every
 * repetition; readers keep the first. One engine relays: the one that holds the first partition of the conditions.
 */
export function startAuditRelay(deps: AuditRelayDeps): Service {
  const stopping = new AbortController();
  const running = run(deps, stopping.signal).catch((error: unknown) => {
    if (stopping.signal.aborted) return;
    deps.logger.error({ err: error }, 'the audit relay ended; the trail waits in the store for a restart');
    deps.onFailed(error);
  });
  return {
    name: 'audit-relay',
    stop: () => {
      stopping.abort();
      return running;
    },
  };
}

async function run(deps: AuditRelayDeps, signal: AbortSignal): Promise<void> {
  const attempt = <T>(work: () => Promise<T>): Promise<T> =>
    retry(() => untilAborted(work(), signal), {
      clock: deps.clock,
      signal,
      random: deps.random,
      firstPauseMs: FIRST_PAUSE_MS,
      maxPauseMs: MAX_PAUSE_MS,
      onRetry: (error, tried, pauseMs) => {
        deps.metrics.auditRetries.inc();
        deps.logger.warn(
          { err: error, attempt: tried, pause_ms: Math.round(pauseMs) },
          'the audit relay waits',
        );
      },
    });
  let cursor = (await attempt(() => loadPosition(AUDIT_PIPELINE, deps.checkpoints, deps.logger))) ?? {};
  while (!signal.aborted) {
    const seen = deps.commits.commits;
    const { life } = deps.alerts;
    const page = await attempt(() => deps.alerts.eventsAfter(cursor, deps.regions, PAGE_EVENTS));
    if (!page) {
      cursor = await recover(deps, attempt);
    } else if (page.events.length > 0) {
      if (!(await isSettled(deps, life, attempt))) continue;
      await attempt(() => deps.log.append(page.events.map(({ event }) => auditRecord(event))));
      deps.metrics.auditEvents.inc(page.events.length);
      await attempt(() => savePosition(AUDIT_PIPELINE, deps.checkpoints, page.cursor));
      cursor = page.cursor;
    } else {
      await deps.commits.next(seen, POLL_MS, signal);
      await deps.clock.sleep(GATHER_MS, signal);
    }
  }
}

/** What the store may lose was never so, and its event ids will be others': it is not to stand in the trail. */
async function isSettled(
  { alerts }: AuditRelayDeps,
  life: string,
  attempt: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<boolean> {
  try {
    await attempt(() => alerts.settled(life));
    return true;
  } catch (error) {
    if (isSuperseded(error)) return false;
    throw error;
  }
}

/** The relay was away for longer than the store keeps its sequences: whatever alerts it still has are written whole. */
async function recover(
  deps: AuditRelayDeps,
  attempt: <T>(work: () => Promise<T>) => Promise<T>,
): Promise<Cursor> {
  deps.metrics.auditRecoveries.inc();
  deps.logger.error('the audit relay is behind what the store retains: writing every alert it still has');
  const { cursor } = await attempt(() => deps.alerts.snapshot(deps.regions));
  for await (const history of everythingRetained(deps.alerts, deps.regions, attempt)) {
    await attempt(() => deps.log.append(history.map(auditRecord)));
    deps.metrics.auditEvents.inc(history.length);
  }
  await attempt(() => savePosition(AUDIT_PIPELINE, deps.checkpoints, cursor));
  return cursor;
}

function auditRecord(event: AlertEvent): NewRecord {
  return {
    topic: TOPICS.lifecycle.name,
    key: event.alert.id,
    value: encodeAlertEvent(event),
    headers: { event_id: alertEventId(event), event: event.event, region: event.alert.region },
    timestampMs: event.atMs,
  };
}

/** A log that is away keeps an append for as long as it takes; a stop does not wait for it: what it still writes is only repeated. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('stopping'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
