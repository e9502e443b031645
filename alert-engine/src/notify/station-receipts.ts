import type { Alert, AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { UnderWay } from '@vitalwire/core/runtime/under-way.ts';
import type { AlertEngineMetrics } from '../metrics.ts';
import type { Deliveries } from './deliveries.ts';
import { deliveryId, type Delivery } from './delivery.ts';
import { stationRecipient, type StationFor } from './stations.ts';

export interface StationReceiptsDeps {
  readonly deliveries: Deliveries;
  readonly stationFor: StationFor;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: AlertEngineMetrics;
}

/** Receipts that came before this engine knew the delivery; the oldest is forgotten, and stands as queued until a station joins. */
const EARLY_MAX = 5_000;

/**
 * Makes the stations' receipts of alert frames into `delivered`. Which delivery a frame makes follows from its event alone, so that the
 * hub need not wait for whoever queues it, here or in another engine; the receipt may be there first.
 */
export class StationReceipts implements Service {
  readonly name = 'station-receipts';
  readonly #deps: StationReceiptsDeps;
  /** By delivery, whose station said so. */
  readonly #early = new Map<string, string>();
  readonly #recording = new UnderWay();

  constructor(deps: StationReceiptsDeps) {
    this.#deps = deps;
    deps.deliveries.onQueued((delivery) => {
      const actor = this.#early.get(delivery.id);
      if (actor !== undefined && this.#early.delete(delivery.id)) this.#record([delivery], actor);
    });
  }

  /** The delivery that an alert frame makes to a station of the role; undefined where it is for others, or tells nothing. */
  idFor(event: AlertEvent, role: string): string | undefined {
    const recipient = stationRecipient(role);
    return this.#deps.stationFor(event) === recipient ? deliveryId(event.alert, recipient) : undefined;
  }

  /** The deliveries that a snapshot with these alerts makes to a station of the role. */
  queuedOf(alerts: readonly Alert[], role: string): readonly string[] {
    const recipient = stationRecipient(role);
    return alerts.flatMap(({ id, version }) =>
      this.#deps.deliveries
        .ofAlert(id)
        .filter(
          (one) => one.status === 'queued' && one.recipient === recipient && one.alert.version <= version,
        )
        .map((one) => one.id),
    );
  }

  /** A station has what was sent. */
  received(ids: readonly string[], actor: string): void {
    const known: Delivery[] = [];
    for (const id of ids) {
      const delivery = this.#deps.deliveries.get(id);
      if (delivery) known.push(delivery);
      else this.#keepEarly(id, actor);
    }
    this.#record(known, actor);
  }

  /** Resolves once what was received is recorded, or could not be. */
  async stop(): Promise<void> {
    await this.#recording.ended();
  }

  #keepEarly(id: string, actor: string): void {
    this.#early.set(id, actor);
    if (this.#early.size <= EARLY_MAX) return;
    for (const oldest of this.#early.keys()) {
      this.#early.delete(oldest);
      return;
    }
  }

  #record(known: readonly Delivery[], actor: string): void {
    const { deliveries, clock, logger, metrics } = this.#deps;
    const news = known
      .filter(({ status }) => status === 'queued')
      .map((one): Delivery => ({ ...one, status: 'delivered', actor, atMs: clock.now() }));
    if (news.length === 0) return;
    const record = (): Promise<void> =>
      deliveries.record(...news).then(
        () => metrics.deliveries.inc({ status: 'delivered' }, news.length),
        // They stand as queued until a station joins, or the alert is acknowledged or resolved.
        (error: unknown) =>
          logger.warn({ reason: messageOf(error) }, 'receipts of stations were not recorded'),
      );
    void this.#recording.run(record);
  }
}
