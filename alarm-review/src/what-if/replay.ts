import type { Alert, AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import { PRIORITY_RANK, type AlertType, type ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import type { AlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { step, type LifecycleInput } from '@vitalwire/alert-engine/lifecycle/lifecycle.ts';
import { DEFAULT_POLICY } from '@vitalwire/alert-engine/lifecycle/policy.ts';
import { alertingTopology } from '@vitalwire/stream-processors/pipelines/alerting.ts';
import { createDriver } from '@vitalwire/stream-processors/runtime/driver.ts';
import type { Stay } from './stay.ts';

/** From when a condition of the type was there with at least this rank, until it ended. */
export interface Presence {
  readonly type: AlertType;
  readonly rank: number;
  readonly fromMs: number;
  toMs: number;
}

export interface Replayed {
  readonly events: readonly AlertEvent[];
  readonly presences: readonly Presence[];
}

/** Somebody acknowledges each alarm this long after it began: without anybody, what latches would swallow every alarm after it. */
export const ACKNOWLEDGED_AFTER_MS = 60_000;

const NURSE = 'replay';

/**
 * A stay through the operators of the alerting pipeline and the alert's lifecycle, by the settings given. A reading arrives when it was
 * measured, for that is all that is stored: conditions of the way (late feed, wrong clock, battery, device offline) do not come about.
 */
export function replay({ patient, samples }: Stay, settings: AlarmSettings): Replayed {
  const driver = createDriver(
    alertingTopology({
      settings,
      futureToleranceMs: 60_000,
      liveWithinMs: 300_000,
      allowedLatenessMs: 10_000,
      rolling: false,
    }),
  );
  const ward = new Ward();
  const hear = ({ conditions }: { readonly conditions: readonly ConditionEvent[] }): void => {
    for (const condition of conditions) ward.apply(condition);
  };
  const first = samples[0];
  if (first === undefined) return ward;
  hear(driver.tell({ patients: new Map([[patient.id, patient]]) }, first.atMs));
  let beforeMs = first.atMs;
  for (const [index, { atMs, deviceId, vitals, validity, mode }] of samples.entries()) {
    for (const tickMs of ticks(beforeMs, atMs, settings.absenceMs)) hear(driver.tick(tickMs));
    hear(
      driver.pipe(
        {
          deviceId,
          patientId: patient.id,
          region: patient.region,
          bootId: 1,
          sequence: index + 1,
          measuredAtMs: atMs,
          mode,
          vitals,
          validity,
          supplementalOxygen: undefined,
          consciousness: 'unknown',
          batteryPercent: undefined,
        },
        atMs,
      ),
    );
    beforeMs = atMs;
  }
  ward.passTo(beforeMs);
  return ward;
}

/** Every second until silence has been noticed, then every minute. */
function* ticks(fromMs: number, toMs: number, absenceMs: number): Generator<number> {
  const noticedMs = fromMs + absenceMs + 2_000;
  for (let ms = fromMs + 1_000; ms < toMs; ms += ms < noticedMs ? 1_000 : 60_000) yield ms;
}

/** One patient's alerts, and a nurse who acknowledges. */
class Ward implements Replayed {
  readonly events: AlertEvent[] = [];
  readonly presences: Presence[] = [];
  readonly #open = new Map<string, Alert>();
  readonly #soundingSinceMs = new Map<string, number>();

  apply(condition: ConditionEvent): void {
    this.passTo(condition.atMs);
    this.#note(condition);
    this.#step(condition.type, { kind: 'condition', condition }, condition.atMs);
  }

  passTo(nowMs: number): void {
    for (const [type, sinceMs] of this.#soundingSinceMs) {
      const atMs = sinceMs + ACKNOWLEDGED_AFTER_MS;
      if (atMs <= nowMs) this.#step(type, { kind: 'acknowledge', actor: NURSE }, atMs);
    }
  }

  #step(type: string, input: LifecycleInput, nowMs: number): void {
    const outcome = step(this.#open.get(type), input, nowMs, DEFAULT_POLICY);
    if (outcome.kind !== 'applied') return;
    const { alert } = outcome.event;
    this.events.push(outcome.event);
    if (alert.status === 'resolved') this.#open.delete(type);
    else this.#open.set(type, alert);
    if (alert.status !== 'pending') this.#soundingSinceMs.delete(type);
    else if (!this.#soundingSinceMs.has(type)) this.#soundingSinceMs.set(type, nowMs);
  }

  #note({ event, type, priority, atMs }: ConditionEvent): void {
    const present = this.presences.filter((each) => each.type === type && each.toMs === Infinity);
    if (event === 'ended') for (const each of present) each.toMs = atMs;
    else this.presences.push({ type, rank: PRIORITY_RANK[priority], fromMs: atMs, toMs: Infinity });
  }
}
