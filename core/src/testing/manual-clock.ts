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
  readonly #timers = new Set<Timer>();

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
    for (let next = this.#next(endMs); next !== undefined; next = this.#next(endMs)) {
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
      if (next.periodMs === undefined) this.#timers.delete(next);
      else next.dueMs += next.periodMs;
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
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  #next(endMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs > endMs) continue;
      if (!first || timer.dueMs < first.dueMs || (timer.dueMs === first.dueMs && timer.order < first.order))
        first = timer;
    }
    return first;
  }
}

/** Lets microtasks and immediates that are ready run. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
