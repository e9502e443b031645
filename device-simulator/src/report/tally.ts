import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { build, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type { Entry } from '../device/outbox.ts';
import type { ClosedCause } from '../device/transport.ts';

/** What devices did, in numbers that add up over threads. */
export interface Counts {
  readonly made: number;
  /** Readings sent at least once. */
  readonly sent: number;
  readonly acknowledged: number;
  /** Sendings beyond a reading's first. */
  readonly resent: number;
  readonly refused: number;
  readonly dropped: number;
  readonly connectionsMade: number;
  readonly connectionsLost: number;
  /** Attempts to connect that failed, refused ones among them. */
  readonly connectionsFailed: number;
  readonly connectionsRefused: number;
  /** Why the last connection failed or was lost, or the last reading refused. */
  readonly lastTrouble: string | undefined;
}

export const NO_COUNTS: Counts = {
  made: 0,
  sent: 0,
  acknowledged: 0,
  resent: 0,
  refused: 0,
  dropped: 0,
  connectionsMade: 0,
  connectionsLost: 0,
  connectionsFailed: 0,
  connectionsRefused: 0,
  lastTrouble: undefined,
};

export const addCounts = (a: Counts, b: Counts): Counts => ({
  made: a.made + b.made,
  sent: a.sent + b.sent,
  acknowledged: a.acknowledged + b.acknowledged,
  resent: a.resent + b.resent,
  refused: a.refused + b.refused,
  dropped: a.dropped + b.dropped,
  connectionsMade: a.connectionsMade + b.connectionsMade,
  connectionsLost: a.connectionsLost + b.connectionsLost,
  connectionsFailed: a.connectionsFailed + b.connectionsFailed,
  connectionsRefused: a.connectionsRefused + b.connectionsRefused,
  lastTrouble: a.lastTrouble ?? b.lastTrouble,
});

/** Counts what every device of a fleet tells, and measures PUBACK latency from the time the schedule wanted the send. */
export class Tally {
  made = 0;
  sent = 0;
  acknowledged = 0;
  resent = 0;
  refused = 0;
  dropped = 0;
  connectionsMade = 0;
  connectionsLost = 0;
  connectionsFailed = 0;
  connectionsRefused = 0;
  lastTrouble: string | undefined;
  /** Microseconds, since the histograms were last taken. */
  readonly pubackUs: Histogram = latencyHistogram();
  /** Microseconds that this thread itself came late to its schedule. */
  readonly lateUs: Histogram = latencyHistogram();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Readings made and neither acknowledged nor given up. */
  get waiting(): number {
    return this.made - this.acknowledged - this.refused - this.dropped;
  }

  get connected(): number {
    return this.connectionsMade - this.connectionsLost;
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
    recordMs(this.pubackUs, this.#clock.monotonic() - entry.intendedMs);
  }

  /** Acknowledged, of a device whose own fault holds readings back: how late it is says nothing of the deployment. */
  onDelayed(): void {
    this.acknowledged++;
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
    recordMs(this.lateUs, lateMs);
  }

  counts(): Counts {
    const { made, sent, acknowledged, resent, refused, dropped, lastTrouble } = this;
    const { connectionsMade, connectionsLost, connectionsFailed, connectionsRefused } = this;
    return {
      made,
      sent,
      acknowledged,
      resent,
      refused,
      dropped,
      connectionsMade,
      connectionsLost,
      connectionsFailed,
      connectionsRefused,
      lastTrouble,
    };
  }

  /** Both histograms in HdrHistogram's own compressed form, and empties them. */
  takeHistograms(): { puback: string | undefined; late: string | undefined } {
    return { puback: taken(this.pubackUs), late: taken(this.lateUs) };
  }
}

function taken(histogram: Histogram): string | undefined {
  if (histogram.totalCount === 0) return undefined;
  const text = encodeIntoCompressedBase64(histogram);
  histogram.reset();
  return text;
}

const HIGHEST_US = 24 * 3_600 * 1e6;

/** From 1 µs to a day, three significant digits. */
export function latencyHistogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_US,
    numberOfSignificantValueDigits: 3,
    autoResize: false,
    bitBucketSize: 64,
  });
}

export function recordMs(into: Histogram, ms: number): void {
  into.recordValue(Math.min(HIGHEST_US, Math.max(0, Math.round(ms * 1_000))));
}
