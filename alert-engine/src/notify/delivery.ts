import { createHash } from 'node:crypto';
import { alertDocument, alertSchema, fromAlertDocument } from '@vitalwire/core/alarms/alert-codec.ts';
import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import { fromIso, toIso } from '@vitalwire/core/runtime/iso-time.ts';
import { z } from 'zod';

/**
 * `queued`: to be sent, also after a crash. `delivered`: the other side has it. `seen`, `accepted`, `refused`: what the recipient said.
 * `failed`: given up; it lies in `vitalwire.dead-letters`.
 */
export const DELIVERY_STATUSES = ['queued', 'delivered', 'seen', 'accepted', 'refused', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** What is said later replaces what was said before only where it is not less: an answer implies having seen, and having seen the delivery. */
export const STATUS_RANK: Readonly<Record<DeliveryStatus, number>> = {
  queued: 0,
  failed: 1,
  delivered: 2,
  seen: 3,
  accepted: 4,
  refused: 4,
};

/** One alert told to one recipient at one step of the chain. */
export interface Delivery {
  /** The same for the same event and recipient, so that a replay sends nothing anew. */
  readonly id: string;
  readonly recipient: string;
  readonly step: number;
  readonly status: DeliveryStatus;
  /** Who said so: `system`, or a person. */
  readonly actor: string;
  readonly atMs: number;
  /** Why it failed or was refused. */
  readonly reason: string | undefined;
  /** The signed moment of the newest callback: one that is not later is a repetition. */
  readonly callbackAtMs: number | undefined;
  /** As it was when it was to be told. */
  readonly alert: Alert;
}

export const deliverySchema = z.object({
  id: z.string(),
  recipient: z.string(),
  step: z.int().nonnegative(),
  status: z.enum(DELIVERY_STATUSES),
  actor: z.string(),
  at: z.iso.datetime(),
  reason: z.string().nullable(),
});
const storedSchema = deliverySchema.extend({
  callback_at: z.iso.datetime().nullable().default(null),
  alert: alertSchema,
});

export type DeliveryDocument = z.infer<typeof deliverySchema>;

export function deliveryId(alert: Alert, recipient: string): string {
  return createHash('sha256')
    .update(`${alert.id}\0${alert.version}\0${recipient}`)
    .digest('hex')
    .slice(0, 24);
}

export const deliveryDocument = (delivery: Delivery): DeliveryDocument => ({
  id: delivery.id,
  recipient: delivery.recipient,
  step: delivery.step,
  status: delivery.status,
  actor: delivery.actor,
  at: toIso(delivery.atMs),
  reason: delivery.reason ?? null,
});

/** The value of a record of `vitalwire.deliveries`. */
export function encodeDelivery(delivery: Delivery): Uint8Array {
  const document: z.infer<typeof storedSchema> = {
    ...deliveryDocument(delivery),
    callback_at: delivery.callbackAtMs === undefined ? null : toIso(delivery.callbackAtMs),
    alert: alertDocument(delivery.alert),
  };
  return Buffer.from(JSON.stringify(document));
}

/** @throws SyntaxError or ZodError where the bytes are not a delivery. */
export function decodeDelivery(bytes: Uint8Array): Delivery {
  const { id, recipient, step, status, actor, at, reason, callback_at, alert } = storedSchema.parse(
    JSON.parse(Buffer.from(bytes).toString('utf8')),
  );
  return {
    id,
    recipient,
    step,
    status,
    actor,
    atMs: fromIso(at),
    reason: reason ?? undefined,
    callbackAtMs: callback_at === null ? undefined : fromIso(callback_at),
    alert: fromAlertDocument(alert),
  };
}
