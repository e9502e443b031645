import { systemClock, type Cancel, type Clock } from '../runtime/clock.ts';

/** The machine's clock, except that the wall time can be set forward: for what real I/O and a long wait meet in one test. */
export class SkewedClock implements Clock {
  #skewMs = 0;

  now(): number {
    return systemClock.now() + this.#skewMs;
  }

  /** The wall time goes forward by `ms`; timers do not notice. */
  skip(ms: number): void {
    this.#skewMs += ms;
  }

  monotonic(): number {
    return systemClock.monotonic();
  }

  after(delayMs: number, task: () => void): Cancel {
    return systemClock.after(delayMs, task);
  }

  every(periodMs: number, task: () => void): Cancel {
    return systemClock.every(periodMs, task);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return systemClock.sleep(delayMs, signal);
  }
}
