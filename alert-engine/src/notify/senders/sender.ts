import type { Recipient } from '../../escalation/settings.ts';
import type { Delivery } from '../delivery.ts';

/**
 * Tells a recipient. Resolves once the other side has taken it; `signal` ends the waiting for that, and whether it has is then unknown.
 * @throws VitalwireError `unavailable` (try again), `rejected` (the other side will not have it, ever)
 */
export type Send = (delivery: Delivery, recipient: Recipient, signal: AbortSignal) => Promise<void>;
