import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { DecodeError, decodeReading } from '@vitalwire/core/vitals/codec.ts';
import { keyOf, type Ledger } from '../devices/ledger.ts';
import type { SimulatedLog } from '../stores/event-log.ts';
import type { Accepted } from './accepted.ts';

/** Acknowledged means durable: accepted, or kept among the rejected with a reason. */
export function checkAcknowledged(
  accepted: readonly Accepted[],
  log: SimulatedLog,
  ledger: Ledger,
): string[] {
  const known = new Set(accepted.map(({ key }) => key));
  for (const { value } of log.records(TOPICS.rejected.name)) {
    try {
      known.add(keyOf(decodeReading(value ?? new Uint8Array())));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }
  return [...ledger]
    .filter(([key, { acknowledged }]) => acknowledged && !known.has(key))
    .map(([key]) => `reading ${key} was acknowledged and is in no topic`);
}
