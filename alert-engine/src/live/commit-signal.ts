import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';

/** "Something may have been committed": wakes those who read the store's events, whichever engine committed them. */
export class CommitSignal {
  readonly #clock: Clock;
  #commits = 0;
  /** The last commit heard of, by region. */
  readonly #lastOf = new Map<string, number>();
  #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Once a store: it has no way to be told to stop. */
  listenTo(store: AlertStore): Promise<void> {
    return store.onCommit((region) => {
      this.#lastOf.set(region, this.#commits + 1);
      this.notify();
    });
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

  /** Those of the regions in which a commit was heard of since `seen`. What was said to nobody is in none of them. */
  changedSince(seen: number, regions: readonly string[]): readonly string[] {
    return regions.filter((region) => (this.#lastOf.get(region) ?? 0) > seen);
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
