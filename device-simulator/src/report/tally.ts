import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { build, type Histogram } from 'hdr-histogram-js';
import type { DeviceObserver } from '../device/device-observer.ts';
import type { Entry } from '../device/outbox.ts';
import type { ClosedCause } from '../device/transport.ts';

/** Counts what every device of a fleet tells, and measures PUBACK latency from the time the schedule wanted the send. */
export class Tally implements DeviceObserver {
  made = 0;
  /** Readings sent at least once. */
  sent = 0;
  acknowledged = 0;
  /** Sendings beyond a reading's first. */
  resent = 0;
  refused = 0;
  dropped = 0;
  connectionsMade = 0;
  connectionsLost = 0;
  /** Attempts to connect that failed, refused ones among them. */
  connectionsFailed = 0;
  connectionsRefused = 0;
  /** Why the last connection failed or was lost, or the last reading refused. */
  lastTrouble: string | undefined;
  /** Microseconds. */
  readonly pubackUs: Histogram = histogram();
  /** Microseconds that this process itself came late to its schedule. */
  readonly lateUs: Histogram = histogram();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  onMade(): void {
    this.made++;
  }

  onSent(entry: Entry): void {
    if (entry.attempts === 1) this.sent++;
    else this.resent++;
  }

  onAcknowledged(entry: Entry): void {
    this.acknowledged++;
    record(this.pubackUs, this.#clock.monotonic() - entry.intendedMs);
  }

  onRefused(_entry: Entry, reason: string): void {
    this.refused++;
    this.lastTrouble = `reading refused: ${reason}`;
  }

  onDropped(): void {
    this.dropped++;
    this.lastTrouble = 'a device gave up its oldest reading: its memory was full';
  }

  onConnected(): void {
    this.connectionsMade++;
  }

  onDisconnected({ refused, reason }: ClosedCause, wasUp: boolean): void {
    if (wasUp) this.connectionsLost++;
    else this.connectionsFailed++;
    if (refused) this.connectionsRefused++;
    this.lastTrouble = reason;
  }

  onTurnLate(lateMs: number): void {
    record(this.lateUs, lateMs);
  }
}

const HIGHEST_US = 24 * 3_600 * 1e6;

function histogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
    autoResize: false,
    bitBucketSize: 64,
  });
}

function record(into: Histogram, ms: number): void {
  into.recordValue(Math.min(HIGHEST_US, Math.max(0, Math.round(ms * 1_000))));
}
