import type { Recipient } from '../../escalation/settings.ts';
import type { Delivery } from '../delivery.ts';

/**
 * Tells a recipient. Resolves once the other side has taken it.
 * @throws VitalwireError `unavailable` (try again), `rejected` (the other side will not have it, ever)
 */
export type Send = (delivery: Delivery, recipient: Recipient) => Promise<void>;
