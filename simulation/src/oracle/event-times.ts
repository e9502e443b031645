import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import type { SimulatedLog } from '../stores/event-log.ts';
import type { Accepted } from './accepted.ts';

/** A clock that is off by less than the tolerance is believed, here up to 5 s; the estimate of one that is off by more is this good. */
const OFF_BY_MS = 6_500;

/**
 * However wrong a device's clock is, the stream's event time is when it was measured, and nothing is refused for it. Only what was
 * measured before a reboot may come by a clock that the gateway has never heard of.
 */
export function checkEventTimes(accepted: readonly Accepted[], log: SimulatedLog): string[] {
  const violations = accepted
    .filter(({ arrivalMs, lifeEndedAtMs }) => arrivalMs < lifeEndedAtMs)
    .filter(({ atMs, trueAtMs }) => Math.abs(atMs - trueAtMs) > OFF_BY_MS)
    .map(({ key, atMs, trueAtMs }) => `event time of ${key} is off by ${atMs - trueAtMs} ms`);
  for (const { headers } of log.records(TOPICS.rejected.name)) {
    if (headers['reason'] !== 'future_timestamp') violations.push(`rejected: ${headers['reason']}`);
  }
  return violations;
}
