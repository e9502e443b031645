import { InFlightList } from '@vitalwire/core/runtime/in-flight-list.ts';
import type { Reading } from '@vitalwire/core/vitals/reading.ts';

/** A reading on its way: made, perhaps sent, not acknowledged. */
export interface Entry {
  readonly reading: Reading;
  /** Monotonic ms: when the schedule wanted it sent. Latency counts from here. */
  readonly intendedMs: number;
  /** Times it was handed to a connection. */
  attempts: number;
  /** A newer reading went out before it on the connection that it went out on last. */
  wasOvertaken: boolean;
}

/** The contract's bound on a ReadingBatch. */
export const BATCH_MAX = 500;

/** Sent as live readings, not as backfill, while younger than this: the pipelines' allowed lateness. */
export const LIVE_WITHIN_MS = 10_000;

/**
 * A device's memory of what is not acknowledged: in flight on the current connection, live or as one batch, or held back, oldest first.
 * Bounded: when it is full the oldest held reading is given up.
 */
export class Outbox {
  readonly #inFlightMax: number;
  readonly #heldMax: number;
  /** Live readings with the monotonic ms of sending, in order of it. */
  readonly #inFlight = new InFlightList<Entry, number>();
  #batch: { readonly entries: readonly Entry[]; readonly sentMs: number } | undefined;
  #held: Entry[] = [];
  /** Sequence of the newest that this connection was handed. */
  #newestSent = 0;

  constructor(limits: { readonly inFlightMax: number; readonly heldMax: number }) {
    this.#inFlightMax = limits.inFlightMax;
    this.#heldMax = limits.heldMax;
  }

  get size(): number {
    return this.#inFlight.size + (this.#batch?.entries.length ?? 0) + this.#held.length;
  }

  /** Of live readings alone: a batch takes no room from them. */
  get hasRoomInFlight(): boolean {
    return this.#inFlight.size < this.#inFlightMax;
  }

  /** Monotonic ms at which the longest unacknowledged was sent. */
  get oldestSentMs(): number | undefined {
    const liveMs = this.#inFlight.first;
    const batchMs = this.#batch?.sentMs;
    return liveMs === undefined || (batchMs !== undefined && batchMs < liveMs) ? batchMs : liveMs;
  }

  /** The entry was handed to the connection. */
  sent(entry: Entry, nowMs: number): void {
    entry.attempts++;
    this.#noteOrder(entry);
    this.#inFlight.push(entry, nowMs);
  }

  /** False where the entry was not in flight any more. */
  acknowledged(entry: Entry): boolean {
    return this.#inFlight.take(entry) !== undefined;
  }

  /** Keeps the entry for a backfill; answers the one given up for it. */
  hold(entry: Entry): Entry | undefined {
    this.#held.push(entry);
    return this.#held.length > this.#heldMax ? this.#held.shift() : undefined;
  }

  /** Takes what is young enough to go live, oldest first, as far as there is room in flight. */
  takeYoung(nowMs: number): readonly Entry[] {
    const first = this.#held.findIndex((entry) => nowMs - entry.intendedMs <= LIVE_WITHIN_MS);
    return first < 0 ? [] : this.#held.splice(first, this.#inFlightMax - this.#inFlight.size);
  }

  /** The oldest held, as the one batch in flight; undefined while there is one already, or nothing to send. */
  beginBatch(nowMs: number): readonly Entry[] | undefined {
    if (this.#batch || this.#held.length === 0) return undefined;
    const entries = this.#held.splice(0, BATCH_MAX);
    for (const entry of entries) {
      entry.attempts++;
      this.#noteOrder(entry);
    }
    this.#batch = { entries, sentMs: nowMs };
    return entries;
  }

  /** Answers what the batch held. */
  batchAcknowledged(): readonly Entry[] {
    const entries = this.#batch?.entries ?? [];
    this.#batch = undefined;
    return entries;
  }

  /** The connection is gone: what was in flight on it is held again. Answers what had to be given up. */
  connectionLost(): readonly Entry[] {
    const unacknowledged = [...(this.#batch?.entries ?? []), ...this.#inFlight.takeAll()];
    this.#batch = undefined;
    this.#newestSent = 0;
    if (unacknowledged.length === 0) return [];
    this.#held = [...unacknowledged, ...this.#held].sort((a, b) => a.reading.sequence - b.reading.sequence);
    return this.#held.splice(0, Math.max(0, this.#held.length - this.#heldMax));
  }

  #noteOrder(entry: Entry): void {
    const { sequence } = entry.reading;
    entry.wasOvertaken = sequence < this.#newestSent;
    this.#newestSent = Math.max(this.#newestSent, sequence);
  }
}
