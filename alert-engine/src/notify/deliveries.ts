import type { Consumer, EventLog, LogRecord } from '@vitalwire/core/ports/event-log.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { isStation } from './stations.ts';
import { STATUS_RANK, decodeDelivery, encodeDelivery, type Delivery } from './delivery.ts';

export interface DeliveriesDeps {
  readonly log: EventLog;
  readonly logger: Logger;
}

/** Those that came to an end last; those still queued are never forgotten, and there are no more of them than open alerts and steps. */
const KEPT_MAX = 20_000;

/** How each delivery stands, in every engine alike: a topic that each follows from its beginning. */
export class Deliveries implements Service {
  readonly name = 'deliveries';
  readonly #deps: DeliveriesDeps;
  readonly #byId = new Map<string, Delivery>();
  readonly #ofAlert = new Map<string, Set<string>>();
  /** By recipient, those beyond the stations that are still to be sent. */
  readonly #unsent = new Map<string, Map<string, Delivery>>();
  /** In the order they came to an end. */
  readonly #ended = new Set<string>();
  readonly #listeners: ((delivery: Delivery) => void)[] = [];
  #tail: Consumer | undefined;

  constructor(deps: DeliveriesDeps) {
    this.#deps = deps;
  }

  /** Resolves once it knows every delivery there was; `Consumer.failed` rejects when it can follow no longer. */
  async start(): Promise<Consumer> {
    this.#tail = await this.#deps.log.tail(TOPICS.deliveries.name, (records) => this.#take(records));
    return this.#tail;
  }

  async stop(): Promise<void> {
    await this.#tail?.stop();
  }

  get(id: string): Delivery | undefined {
    return this.#byId.get(id);
  }

  /** Oldest first. */
  ofAlert(alertId: string): readonly Delivery[] {
    return [...(this.#ofAlert.get(alertId) ?? [])].flatMap((id) => this.#byId.get(id) ?? []);
  }

  /** Recipients beyond the stations to whom something is still to be sent. */
  unsentRecipients(): Iterable<string> {
    return this.#unsent.keys();
  }

  /** In no particular order: they come from several partitions. */
  unsentTo(recipient: string): Iterable<Delivery> {
    return this.#unsent.get(recipient)?.values() ?? [];
  }

  /** `listener` hears of every delivery that is queued from now on, by whichever engine. */
  onQueued(listener: (delivery: Delivery) => void): void {
    this.#listeners.push(listener);
  }

  /** Durable once resolved, and known in this engine. */
  async record(...deliveries: readonly Delivery[]): Promise<void> {
    await this.#deps.log.append(
      deliveries.map((delivery) => ({
        topic: TOPICS.deliveries.name,
        key: delivery.id,
        value: encodeDelivery(delivery),
        headers: { status: delivery.status },
        timestampMs: delivery.atMs,
      })),
    );
    for (const delivery of deliveries) this.#keep(delivery);
  }

  #take(records: readonly LogRecord[]): void {
    for (const { value, offset } of records) {
      if (value === null) continue;
      try {
        this.#keep(decodeDelivery(value));
      } catch (error) {
        this.#deps.logger.error({ reason: messageOf(error), offset }, 'not a delivery');
      }
    }
  }

  #keep(delivery: Delivery): void {
    const held = this.#byId.get(delivery.id);
    // What this engine recorded comes to it once more, perhaps after something newer; and two engines may say a less and a more at once.
    if (held && isLess(delivery, held)) return;
    this.#byId.set(delivery.id, delivery);
    const ofAlert = this.#ofAlert.get(delivery.alert.id);
    if (ofAlert) ofAlert.add(delivery.id);
    else this.#ofAlert.set(delivery.alert.id, new Set([delivery.id]));
    if (delivery.status === 'queued') this.#keepUnsent(delivery);
    else this.#keepEnded(delivery);
    if (!held && delivery.status === 'queued') for (const listener of this.#listeners) listener(delivery);
  }

  #keepUnsent(delivery: Delivery): void {
    if (isStation(delivery)) return;
    const unsent = this.#unsent.get(delivery.recipient);
    if (unsent) unsent.set(delivery.id, delivery);
    else this.#unsent.set(delivery.recipient, new Map([[delivery.id, delivery]]));
  }

  #keepEnded({ id, recipient }: Delivery): void {
    const unsent = this.#unsent.get(recipient);
    unsent?.delete(id);
    if (unsent?.size === 0) this.#unsent.delete(recipient);
    this.#ended.add(id);
    if (this.#ended.size <= KEPT_MAX) return;
    for (const oldest of this.#ended) return this.#forget(oldest);
  }

  #forget(id: string): void {
    this.#ended.delete(id);
    const delivery = this.#byId.get(id);
    this.#byId.delete(id);
    if (!delivery) return;
    const ofAlert = this.#ofAlert.get(delivery.alert.id);
    ofAlert?.delete(id);
    if (ofAlert?.size === 0) this.#ofAlert.delete(delivery.alert.id);
  }
}

function isLess(one: Delivery, other: Delivery): boolean {
  const ranks = STATUS_RANK[one.status] - STATUS_RANK[other.status];
  return ranks < 0 || (ranks === 0 && one.atMs < other.atMs);
}
