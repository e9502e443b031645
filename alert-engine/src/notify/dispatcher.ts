import type { AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import type { Cursor } from '@vitalwire/core/ports/alert-store.ts';
import type { CheckpointStore } from '@vitalwire/core/ports/checkpoint-store.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { DELIVERIES_PIPELINE, loadPosition, savePosition } from '../audit/position.ts';
import { SYSTEM } from '../lifecycle/outcome.ts';
import type { CommitSignal } from '../live/commit-signal.ts';
import { deliveryId, type Delivery } from './delivery.ts';
import { Outbox, type OutboxDeps } from './outbox.ts';
import type { Plan } from './plan.ts';
import { afterEvent, type StationFor } from './stations.ts';

export interface DispatcherDeps extends OutboxDeps {
  readonly checkpoints: CheckpointStore;
  readonly commits: CommitSignal;
  /** A plan has a memory of whom it let be told. */
  readonly newPlan: () => Plan;
  readonly stationFor: StationFor;
  readonly regions: readonly string[];
}

const PAGE_EVENTS = 200;
const POLL_MS = 1_000;
/** What comes within this time of a commit is queued, and its position saved, together. */
const GATHER_MS = 50;

/**
 * Tells people beyond the stations, and keeps the account of what the stations are told by the hub. Follows the store's events from where it stood; what is to be told is durable as `queued` before the
 * position moves, and is sent until it is delivered or given up. A crash between the sending and the record sends it twice rather than
 * not at all. One engine does this: the one that holds the first partition of the conditions.
 */
export function startDispatcher(deps: DispatcherDeps): Service {
  const stopping = new AbortController();
  const dispatcher = new Dispatcher(deps, stopping.signal);
  const running = dispatcher.run();
  return {
    name: 'dispatcher',
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

class Dispatcher {
  readonly #deps: DispatcherDeps;
  readonly #signal: AbortSignal;
  readonly #outbox: Outbox;
  #plan: Plan;

  constructor(deps: DispatcherDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#plan = deps.newPlan();
    this.#signal = signal;
    this.#outbox = new Outbox(deps, signal);
  }

  async run(): Promise<void> {
    let cursor: Cursor | undefined;
    while (!this.#signal.aborted) {
      const seen = this.#deps.commits.commits;
      try {
        cursor ??= await this.#position();
        cursor = await this.#queueAfter(cursor);
        this.#outbox.send();
        await this.#deps.commits.next(seen, POLL_MS, this.#signal);
        await this.#deps.clock.sleep(GATHER_MS, this.#signal);
      } catch (error) {
        if (this.#signal.aborted) break;
        this.#deps.logger.warn({ reason: messageOf(error) }, 'deliveries wait for a store');
        // It remembers having let through what is not durable: that would be held back as told already. Rather one more than one lost.
        this.#plan = this.#deps.newPlan();
        // What is queued needs the log alone.
        this.#outbox.send();
        await this.#deps.clock.sleep(POLL_MS, this.#signal);
      }
    }
    await this.#outbox.drain();
  }

  /** The first time: from now on, nobody is told of what happened before there was anybody to tell. Kept at once: a crash is not another first time. */
  async #position(): Promise<Cursor> {
    const { checkpoints, logger, alerts, regions } = this.#deps;
    const known = await loadPosition(DELIVERIES_PIPELINE, checkpoints, logger);
    if (known) return known;
    const { cursor } = await alerts.snapshot(regions);
    await savePosition(DELIVERIES_PIPELINE, checkpoints, cursor);
    return cursor;
  }

  async #queueAfter(from: Cursor): Promise<Cursor> {
    const { alerts, regions, checkpoints, deliveries, logger } = this.#deps;
    for (let cursor = from; ;) {
      const page = await alerts.eventsAfter(cursor, regions, PAGE_EVENTS);
      if (!page) {
        logger.error('deliveries are behind what the store retains: they go on from now');
        return (await alerts.snapshot(regions)).cursor;
      }
      if (page.events.length === 0) return cursor;
      const changed = new Map<string, Delivery>();
      for (const { event } of page.events) {
        for (const delivery of await this.#planned(event)) changed.set(delivery.id, delivery);
        for (const delivery of this.#settled(event, changed)) changed.set(delivery.id, delivery);
      }
      if (changed.size > 0) await deliveries.record(...changed.values());
      await savePosition(DELIVERIES_PIPELINE, checkpoints, page.cursor);
      cursor = page.cursor;
    }
  }

  async #planned(event: AlertEvent): Promise<readonly Delivery[]> {
    const { stationFor, clock, deliveries, metrics, alerts } = this.#deps;
    const { alert } = event;
    const { kept, dropped } = this.#plan(event, clock.now());
    for (const { reason } of dropped) metrics.notificationsDropped.inc({ reason });
    const recipients = kept.map(({ recipient }) => recipient.name);
    const station = stationFor(event);
    if (station !== undefined) recipients.push(station);
    if (recipients.length === 0) return [];
    // Behind, after an absence: what somebody has acknowledged meanwhile is told to nobody.
    const now = await alerts.get(alert.region, alert.id);
    if (now && now.version > alert.version && now.status !== 'pending') {
      metrics.notificationsDropped.inc({ reason: 'no_longer_needed' }, recipients.length);
      return [];
    }
    return recipients.flatMap((recipient) => {
      const id = deliveryId(alert, recipient);
      if (deliveries.get(id)) return [];
      const at = { actor: SYSTEM, atMs: clock.now(), reason: undefined, callbackAtMs: undefined };
      return [{ id, recipient, step: alert.escalationStep, status: 'queued', alert, ...at }];
    });
  }

  /** `changed`: what the page changed before the event. */
  #settled(event: AlertEvent, changed: ReadonlyMap<string, Delivery>): readonly Delivery[] {
    const { deliveries, metrics } = this.#deps;
    const { alert } = event;
    if (alert.acknowledgedBy === undefined && alert.status !== 'resolved') return [];
    const known = new Map(deliveries.ofAlert(alert.id).map((delivery) => [delivery.id, delivery]));
    for (const delivery of changed.values())
      if (delivery.alert.id === alert.id) known.set(delivery.id, delivery);
    const settled = [...known.values()].flatMap((delivery) => afterEvent(delivery, event) ?? []);
    for (const { status } of settled) metrics.deliveries.inc({ status });
    return settled;
  }
}
