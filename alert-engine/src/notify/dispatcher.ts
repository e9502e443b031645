import type { AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import { PRIORITY_RANK } from '@vitalwire/core/alarms/condition.ts';
import type { AlertStore, Cursor } from '@vitalwire/core/ports/alert-store.ts';
import type { CheckpointStore } from '@vitalwire/core/ports/checkpoint-store.ts';
import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { VitalwireError, messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import { retry } from '@vitalwire/core/runtime/retry.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { DELIVERIES_PIPELINE, loadPosition, savePosition } from '../audit/position.ts';
import type { Recipient } from '../escalation/settings.ts';
import { SYSTEM } from '../lifecycle/outcome.ts';
import type { CommitSignal } from '../live/commit-signal.ts';
import type { AlertEngineMetrics } from '../metrics.ts';
import type { Deliveries } from './deliveries.ts';
import { deliveryId, encodeDelivery, type Delivery } from './delivery.ts';
import type { Plan } from './plan.ts';
import type { Send } from './senders/sender.ts';
import { afterEvent, type StationFor } from './stations.ts';

export interface DispatcherDeps {
  readonly log: EventLog;
  readonly alerts: AlertStore;
  readonly checkpoints: CheckpointStore;
  readonly commits: CommitSignal;
  readonly deliveries: Deliveries;
  /** A plan has a memory of whom it let be told. */
  readonly newPlan: () => Plan;
  readonly stationFor: StationFor;
  readonly recipients: () => readonly Recipient[];
  readonly send: Send;
  readonly regions: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: AlertEngineMetrics;
  readonly random: () => number;
}

const PAGE_EVENTS = 200;
const POLL_MS = 1_000;
/** What comes within this time of a commit is queued, and its position saved, together. */
const GATHER_MS = 50;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 30_000;
/** With the pauses above, some four minutes of trying. */
const ATTEMPTS_MAX = 12;
/** To one recipient at a time, so that one who does not answer keeps nobody else from being told. */
const PARALLEL_MAX = 4;
/** What is on its way as this engine stops has this long to be answered; then it stays queued, and whoever leads next sends it again. */
const ANSWER_AT_STOP_MS = 500;

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
  /** By recipient, then by delivery; those beyond `PARALLEL_MAX` wait in the deliveries. */
  readonly #sending = new Map<string, Map<string, Promise<void>>>();

  /** Ends the waiting for recipients who do not answer. */
  readonly #cut = new AbortController();

  #plan: Plan;

  constructor(deps: DispatcherDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#plan = deps.newPlan();
    this.#signal = signal;
  }

  async run(): Promise<void> {
    let cursor: Cursor | undefined;
    while (!this.#signal.aborted) {
      const seen = this.#deps.commits.commits;
      try {
        cursor ??= await this.#position();
        cursor = await this.#queueAfter(cursor);
        this.#sendQueued();
        await this.#deps.commits.next(seen, POLL_MS, this.#signal);
        await this.#deps.clock.sleep(GATHER_MS, this.#signal);
      } catch (error) {
        if (this.#signal.aborted) break;
        this.#deps.logger.warn({ reason: messageOf(error) }, 'deliveries wait for a store');
        // It remembers having let through what is not durable: that would be held back as told already. Rather one more than one lost.
        this.#plan = this.#deps.newPlan();
        await this.#deps.clock.sleep(POLL_MS, this.#signal);
      }
    }
    const cancel = this.#deps.clock.after(ANSWER_AT_STOP_MS, () => this.#cut.abort());
    await Promise.all([...this.#sending.values()].flatMap((tasks) => [...tasks.values()]));
    cancel();
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

  #sendQueued(): void {
    for (const recipient of this.#deps.deliveries.unsentRecipients()) this.#sendQueuedTo(recipient);
  }

  #sendQueuedTo(recipient: string): void {
    const sending = this.#sending.get(recipient) ?? new Map<string, Promise<void>>();
    const free = PARALLEL_MAX - sending.size;
    if (free <= 0) return;
    const waiting = [...this.#deps.deliveries.unsentTo(recipient)].filter(({ id }) => !sending.has(id));
    for (const delivery of waiting.sort(mostUrgentFirst).slice(0, free)) {
      this.#sending.set(recipient, sending);
      const task = this.#send(delivery).finally(() => {
        sending.delete(delivery.id);
        if (sending.size === 0) this.#sending.delete(recipient);
        if (!this.#signal.aborted) this.#sendQueuedTo(recipient);
      });
      sending.set(delivery.id, task);
    }
  }

  async #send(delivery: Delivery): Promise<void> {
    const { metrics, clock, random } = this.#deps;
    try {
      let attempts = 0;
      const outcome = await retry(
        () => {
          attempts++;
          return this.#attempt(delivery);
        },
        {
          clock,
          signal: this.#signal,
          random,
          firstPauseMs: FIRST_PAUSE_MS,
          maxPauseMs: MAX_PAUSE_MS,
          onRetry: (error) => {
            metrics.deliveryRetries.inc();
            if (attempts >= ATTEMPTS_MAX) throw error;
          },
        },
      );
      if (outcome === 'not needed') metrics.notificationsDropped.inc({ reason: 'no_longer_needed' });
      await this.#untilRecorded(() =>
        outcome === 'sent'
          ? this.#record(delivery, 'delivered', undefined)
          : this.#record(delivery, 'failed', 'acknowledged or resolved before it could be told'),
      );
    } catch (error) {
      // Queued still: sent by the next start, or by whoever leads now.
      if (this.#signal.aborted) return;
      await this.#untilRecorded(() => this.#giveUp(delivery, messageOf(error)));
    }
  }

  /** What was sent is not said to have failed because the log is away; if this engine stops first, it is sent once more. */
  async #untilRecorded(record: () => Promise<void>): Promise<void> {
    const { clock, logger } = this.#deps;
    for (;;) {
      try {
        return await record();
      } catch (error) {
        if (this.#signal.aborted) return;
        logger.warn({ reason: messageOf(error) }, 'what became of a delivery waits for the log');
        await clock.sleep(POLL_MS, this.#signal);
      }
    }
  }

  /** By the settings as they are at this attempt: an address that was wrong is mended while everything runs. */
  async #attempt(delivery: Delivery): Promise<'sent' | 'not needed'> {
    const { recipients, send } = this.#deps;
    const recipient = recipients().find(({ name }) => name === delivery.recipient);
    if (!recipient) {
      throw new VitalwireError('rejected', 'the settings no longer name the recipient', { retriable: false });
    }
    if (await this.#isOver(delivery)) return 'not needed';
    await send(delivery, recipient, this.#cut.signal);
    return 'sent';
  }

  /** Somebody has acknowledged or resolved the alert since it was to be told. A store that cannot say keeps nobody from being told. */
  async #isOver({ alert: { region, id, version } }: Delivery): Promise<boolean> {
    const now = await this.#deps.alerts.get(region, id).catch(() => undefined);
    return now !== undefined && now.version > version && now.status !== 'pending';
  }

  async #giveUp(delivery: Delivery, reason: string): Promise<void> {
    const { log, clock } = this.#deps;
    await log.append([
      {
        topic: TOPICS.deadLetters.name,
        key: delivery.id,
        value: encodeDelivery(delivery),
        headers: { reason: reason.slice(0, 500), topic: TOPICS.deliveries.name },
        timestampMs: clock.now(),
      },
    ]);
    await this.#record(delivery, 'failed', reason);
    this.#deps.logger.error(
      { delivery: delivery.id, recipient: delivery.recipient, reason },
      'a delivery failed',
    );
  }

  async #record(
    delivery: Delivery,
    status: 'delivered' | 'failed',
    reason: string | undefined,
  ): Promise<void> {
    const { deliveries, clock, metrics } = this.#deps;
    // The recipient may have said something before its answer came.
    if (deliveries.get(delivery.id)?.status !== 'queued') return;
    await deliveries.record({ ...delivery, status, actor: SYSTEM, atMs: clock.now(), reason });
    metrics.deliveries.inc({ status });
  }
}

/** Then the oldest. */
const mostUrgentFirst = (a: Delivery, b: Delivery): number =>
  PRIORITY_RANK[b.alert.priority] - PRIORITY_RANK[a.alert.priority] ||
  a.atMs - b.atMs ||
  a.alert.raisedAtMs - b.alert.raisedAtMs;
