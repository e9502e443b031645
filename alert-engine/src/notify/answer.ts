import { act, type ActionDeps } from '../actions/actions.ts';
import type { Deliveries } from './deliveries.ts';
import { STATUS_RANK, type Delivery } from './delivery.ts';

export const ANSWERS = ['seen', 'accepted', 'refused'] as const;

/** What a recipient says to a delivery, by a call or by a signed callback. */
export interface Answer {
  readonly status: (typeof ANSWERS)[number];
  readonly actor: string;
  readonly reason: string | undefined;
  /** Of a callback: the moment its sender signed. */
  readonly callbackAtMs: number | undefined;
}

export interface AnswerDeps extends ActionDeps {
  readonly deliveries: Deliveries;
}

/**
 * Records an answer, durable once resolved, and resolves to the delivery as it then stands. Idempotent; what says less than is known
 * changes nothing, nor does a callback said again.
 *
 * A refusal tells the next of the chain at once, unless somebody else who was told at the step has accepted. Refused is recorded before
 * that: a crash in between leaves the escalation to its timer, and the answer said again makes up for it.
 */
export async function answerDelivery(
  deps: AnswerDeps,
  delivery: Delivery,
  answer: Answer,
): Promise<Delivery> {
  const { callbackAtMs } = answer;
  const isRepeated = callbackAtMs !== undefined && callbackAtMs <= (delivery.callbackAtMs ?? -Infinity);
  const isNews =
    delivery.status !== answer.status && STATUS_RANK[delivery.status] <= STATUS_RANK[answer.status];
  let stands = delivery;
  if (isNews && !isRepeated) {
    const { status, actor, reason } = answer;
    const at = { atMs: deps.clock.now(), callbackAtMs: callbackAtMs ?? delivery.callbackAtMs };
    stands = { ...delivery, ...at, status, actor, reason };
    await deps.deliveries.record(stands);
    deps.metrics.deliveries.inc({ status });
  }
  if (stands.status === 'refused') await passOn(deps, stands);
  return stands;
}

async function passOn(deps: AnswerDeps, { alert, step, actor }: Delivery): Promise<void> {
  const others = deps.deliveries.ofAlert(alert.id).filter((other) => other.step === step);
  if (others.some(({ status }) => status === 'accepted')) return;
  await act(deps, alert.region, alert.id, { kind: 'refuse', actor, step });
}
