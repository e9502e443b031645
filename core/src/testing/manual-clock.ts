import type { Cancel, Clock } from '../runtime/clock.ts';

interface Timer {
  dueMs: number;
  readonly order: number;
  readonly periodMs: number | undefined;
  readonly task: () => void;
}

/** A clock that stands still until `advance` moves it; timers run in the order they fall due, then in the order they were set. */
export class ManualClock implements Clock {
  readonly #startMs: number;
  #elapsedMs = 0;
  #jumpMs = 0;
  #order = 0;
  /** The next to fall due comes first. */
  readonly #timers: Timer[] = [];

  constructor(startMs: number = Date.UTC(2026, 0, 1)) {
    this.#startMs = startMs;
  }

  now(): number {
    return this.#startMs + this.#elapsedMs + this.#jumpMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, task: () => void): Cancel {
    return this.#add(delayMs, undefined, task);
  }

  every(periodMs: number, task: () => void): Cancel {
    return this.#add(periodMs, periodMs, task);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const cancel = this.after(delayMs, resolve);
      signal?.addEventListener('abort', () => (cancel(), resolve()), { once: true });
    });
  }

  /** Moves time on, running what falls due on the way; between two timers, pending promises settle. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#elapsedMs + ms;
    // What was started just before may only now set its timer.
    await settled();
    for (let next = this.#timers[0]; next !== undefined && next.dueMs <= endMs; next = this.#timers[0]) {
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
      this.#timers.shift();
      if (next.periodMs !== undefined) {
        next.dueMs += next.periodMs;
        this.#insert(next);
      }
      next.task();
      await settled();
    }
    this.#elapsedMs = endMs;
    await settled();
  }

  /** Sets the wall clock off by `ms` from now on, as an operator or NTP would; monotonic time and timers do not notice. */
  jump(ms: number): void {
    this.#jumpMs += ms;
  }

  #add(delayMs: number, periodMs: number | undefined, task: () => void): Cancel {
    const timer: Timer = {
      dueMs: this.#elapsedMs + Math.max(0, delayMs),
      order: this.#order++,
      periodMs,
      task,
    };
    this.#insert(timer);
    return () => {
      const at = this.#timers.indexOf(timer);
      if (at >= 0) this.#timers.splice(at, 1);
    };
  }

  #insert(timer: Timer): void {
    // What is set now mostly falls due after what was set before.
    let at = this.#timers.length;
    while (at > 0 && isBefore(timer, this.#timers[at - 1]!)) at--;
    this.#timers.splice(at, 0, timer);
  }
}

const isBefore = (one: Timer, other: Timer): boolean =>
  one.dueMs < other.dueMs || (one.dueMs === other.dueMs && one.order < other.order);

/** Lets microtasks and immediates that are ready run. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
