import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';

/** A pipeline on the same thread whose work cannot wait. */
export interface Urgent {
  /** Age of the newest record that its slowest partition has taken in, ms; 0 at the end of the log, Infinity before it is known. */
  behindMs(): number;
}

const BEHIND_MS = 100;
const LOOK_EVERY_MS = 25;
/** Who gives way is starved by nobody: one batch is taken after so long, whatever the other does. */
const WAIT_MS_MAX = 400;

/**
 * Lets the urgent pipeline go first: batches of all partitions pass here one by one, each in a turn of the event loop of its own, while the
 * urgent one keeps up. A dozen let through together would hold it up before anybody could tell.
 */
export class WayGiver {
  readonly #urgent: Urgent;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  readonly #waiting: (() => void)[] = [];
  #isAdmitting = false;

  constructor(urgent: Urgent, clock: Clock) {
    this.#urgent = urgent;
    this.#clock = clock;
  }

  /** Resolves when a batch may be taken. */
  pass(): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (!this.#isAdmitting) void this.#admit();
    });
  }

  /** Whoever waits passes: the pipeline that gives way stops. */
  stop(): void {
    this.#stopping.abort();
    for (const admit of this.#waiting.splice(0)) admit();
  }

  async #admit(): Promise<void> {
    this.#isAdmitting = true;
    while (this.#waiting.length > 0) {
      await nextTurn();
      await this.#whileBehind();
      this.#waiting.shift()?.();
    }
    this.#isAdmitting = false;
  }

  async #whileBehind(): Promise<void> {
    const { signal } = this.#stopping;
    const untilMs = this.#clock.monotonic() + WAIT_MS_MAX;
    while (this.#urgent.behindMs() > BEHIND_MS && this.#clock.monotonic() < untilMs && !signal.aborted)
      await this.#clock.sleep(LOOK_EVERY_MS, signal);
  }
}
