import type { Clock } from '@vitalwire/core/runtime/clock.ts';

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

const BURST_S = 5;
const BUCKETS_MAX = 10_000;

/** A token bucket a person; the least recently seen are forgotten, which only refills them. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** Whether one more request of theirs is within bounds. */
  take(who: string): boolean {
    const nowMs = this.#clock.monotonic();
    const capacity = this.#perSecond * BURST_S;
    const bucket = this.#buckets.get(who) ?? { tokens: capacity, filledAtMs: nowMs };
    bucket.tokens = Math.min(
      capacity,
      bucket.tokens + ((nowMs - bucket.filledAtMs) / 1000) * this.#perSecond,
    );
    bucket.filledAtMs = nowMs;
    // Taken out and put in again, so that the map is in order of use.
    this.#buckets.delete(who);
    this.#buckets.set(who, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > BUCKETS_MAX && oldest !== undefined) this.#buckets.delete(oldest);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }
}
