import { setImmediate } from 'node:timers/promises';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';

/** Where turns of the event loop take long, a slice of work between two may take this share of one: else the work would take for ever. */
const TURN_SHARE = 0.25;
const SLICE_MS_MAX = 10;

/** Long work of one thread, done between what else there is to do. */
export class SlicedWork {
  readonly #clock: Clock;
  readonly #nextTurn: () => Promise<unknown>;
  #sinceMs: number;
  #turnMs = 0;
  #workMs = 0;

  constructor(clock: Clock, nextTurn: () => Promise<unknown> = () => setImmediate()) {
    this.#clock = clock;
    this.#nextTurn = nextTurn;
    this.#sinceMs = clock.monotonic();
  }

  /** Between two pieces of the work: others get a turn where the slice was long enough. */
  async pause(): Promise<void> {
    const pausedAtMs = this.#clock.monotonic();
    const sliceMs = pausedAtMs - this.#sinceMs;
    if (sliceMs < Math.min(SLICE_MS_MAX, this.#turnMs * TURN_SHARE)) return;
    this.#workMs += sliceMs;
    await this.#nextTurn();
    this.#sinceMs = this.#clock.monotonic();
    this.#turnMs = this.#sinceMs - pausedAtMs;
  }

  /** What the work took of the thread so far. */
  workMs(): number {
    return this.#workMs + (this.#clock.monotonic() - this.#sinceMs);
  }
}
