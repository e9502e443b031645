import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';

/** "Something may have been committed": wakes those who read the store's events, whichever engine committed them. */
export class CommitSignal {
  readonly #clock: Clock;
  #commits = 0;
  #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Once a store: it has no way to be told to stop. */
  listenTo(store: AlertStore): Promise<void> {
    return store.onCommit(() => this.notify());
  }

  notify(): void {
    this.#commits++;
    const woken = this.#waiting;
    this.#waiting = new Set();
    for (const wake of woken) wake();
  }

  /** How many commits were heard of: read before reading the store, so that one in between is not slept through. */
  get commits(): number {
    return this.#commits;
  }

  /** Resolves at once if there was a commit since `seen`, else at the next one, after `atMostMs`, or when aborted. */
  next(seen: number, atMostMs: number, signal: AbortSignal): Promise<void> {
    if (this.#commits !== seen || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      const cancel = this.#clock.after(atMostMs, done);
      signal.addEventListener('abort', done, { once: true });
      this.#waiting.add(done);
    });
  }
}
