import type { Entry } from './outbox.ts';
import type { ClosedCause } from './transport.ts';

/** What a device tells of itself as it happens; the report listens. */
export interface DeviceObserver {
  /** The schedule made a reading. */
  onMade(entry: Entry): void;
  /** A reading was handed to a connection; `entry.attempts` counts this one in. */
  onSent(entry: Entry): void;
  onAcknowledged(entry: Entry): void;
  /** The broker acknowledged the reading and said that it did not take it. */
  onRefused(entry: Entry, reason: string): void;
  /** The device gave the reading up: its memory was full. */
  onDropped(entry: Entry): void;
  onConnected(): void;
  onDisconnected(cause: ClosedCause, wasUp: boolean): void;
}
