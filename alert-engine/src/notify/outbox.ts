import { PRIORITY_RANK } from '@vitalwire/core/alarms/condition.ts';
import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import type { EventLog } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { VitalwireError, messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import { retry } from '@vitalwire/core/runtime/retry.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import type { Recipient } from '../escalation/settings.ts';
import { SYSTEM } from '../lifecycle/outcome.ts';
import type { AlertEngineMetrics } from '../metrics.ts';
import type { Deliveries } from './deliveries.ts';
import { encodeDelivery, type Delivery } from './delivery.ts';
import type { Send } from './senders/sender.ts';

export interface OutboxDeps {
  readonly log: EventLog;
  readonly alerts: AlertStore;
  readonly deliveries: Deliveries;
  /** As the settings name them at the time. */
  readonly recipients: () => readonly Recipient[];
  readonly send: Send;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: AlertEngineMetrics;
  readonly random: () => number;
}

/** Between two attempts to record what became of a delivery. */
const RECORD_PAUSE_MS = 1_000;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 30_000;
/** With the pauses above, some four minutes of trying. */
const ATTEMPTS_MAX = 12;
/** To one recipient at a time, so that one who does not answer keeps nobody else from being told. */
const PARALLEL_MAX = 4;
/** What is on its way as this engine stops has this long to be answered; then it stays queued, and whoever leads next sends it again. */
const ANSWER_AT_STOP_MS = 500;

/**
 * Sends the queued deliveries beyond the stations until each is delivered or given up, and records what became of it. One that is sent and not
 * recorded when the process dies is sent once more. Each recipient has a few at a time, the most urgent first.
 */
export class Outbox {
  readonly #deps: OutboxDeps;
  /** Aborted as the engine stops: nothing new is sent or tried again. */
  readonly #signal: AbortSignal;
  /** By recipient, then by delivery; those beyond `PARALLEL_MAX` wait in the deliveries. */
  readonly #sending = new Map<string, Map<string, Promise<void>>>();

  /** Ends the waiting for recipients who do not answer. */
  readonly #cut = new AbortController();

  constructor(deps: OutboxDeps, signal: AbortSignal) {
    this.#deps = deps;
    this.#signal = signal;
  }

  /** Resolves once nothing is on its way any more; what is not answered by then stays queued. */
  async drain(): Promise<void> {
    const cancel = this.#deps.clock.after(ANSWER_AT_STOP_MS, () => this.#cut.abort());
    await Promise.all([...this.#sending.values()].flatMap((tasks) => [...tasks.values()]));
    cancel();
  }

  /** Sends what is queued and not on its way yet. */
  send(): void {
    for (const recipient of this.#deps.deliveries.unsentRecipients()) this.#sendTo(recipient);
  }

  #sendTo(recipient: string): void {
    const sending = this.#sending.get(recipient) ?? new Map<string, Promise<void>>();
    const free = PARALLEL_MAX - sending.size;
    if (free <= 0) return;
    const waiting = [...this.#deps.deliveries.unsentTo(recipient)].filter(({ id }) => !sending.has(id));
    for (const delivery of waiting.sort(mostUrgentFirst).slice(0, free)) {
      this.#sending.set(recipient, sending);
      const task = this.#send(delivery).finally(() => {
        sending.delete(delivery.id);
        if (sending.size === 0) this.#sending.delete(recipient);
        if (!this.#signal.aborted) this.#sendTo(recipient);
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
        await clock.sleep(RECORD_PAUSE_MS, this.#signal);
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
