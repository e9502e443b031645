import type { AlertStore, Cursor, StoredEvent } from '@vitalwire/core/ports/alert-store.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import type { CommitSignal } from '../live/commit-signal.ts';

export interface AlertFeedDeps {
  readonly alerts: AlertStore;
  readonly commits: CommitSignal;
  readonly regions: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface AlertFeedListener {
  /** In each region's order. */
  event(stored: StoredEvent): void;
  /** Events were missed, or what was told is so no more (the feed was away for longer than the store retains, or the store lost power): everyone must start from a snapshot. */
  lost(): void;
}

const PAGE_EVENTS = 500;
const POLL_MS = 1_000;
const RETRY_MS = 250;

/** The one reader of the store's events in this process, from its start on; stations share what it reads. */
export class AlertFeed implements Service {
  readonly name = 'alert-feed';
  readonly #deps: AlertFeedDeps;
  readonly #listener: AlertFeedListener;
  readonly #stopping = new AbortController();
  #cursor: Cursor | undefined;
  #waitingForDrain: (() => void)[] = [];
  #emptiedAtMs: number | undefined;
  #running: Promise<void> | undefined;

  constructor(deps: AlertFeedDeps, listener: AlertFeedListener) {
    this.#deps = deps;
    this.#listener = listener;
  }

  start(): void {
    this.#running = this.#run();
  }

  stop(): Promise<void> {
    this.#stopping.abort();
    // Nothing is owed to a read that never answers; it changes nothing either.
    return Promise.race([
      this.#running ?? Promise.resolve(),
      this.#deps.clock.sleep(RETRY_MS).then(() => undefined),
    ]);
  }

  /** Monotonic ms of when the feed last had everything the store had; undefined before the first time. */
  get emptiedAtMs(): number | undefined {
    return this.#emptiedAtMs;
  }

  /** Resolves once everything that was committed before the call has been told. Waits while the store is away. */
  drain(): Promise<void> {
    return new Promise((resolve) => {
      this.#waitingForDrain.push(resolve);
      this.#deps.commits.notify();
    });
  }

  async #run(): Promise<void> {
    const { commits, clock, logger, regions } = this.#deps;
    const { signal } = this.#stopping;
    let failures = 0;
    let seen = commits.commits;
    let allReadAtMs = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      const drained = this.#waitingForDrain;
      this.#waitingForDrain = [];
      const startedMs = clock.monotonic();
      // A commit may go unheard of: all regions are read when someone wants to be sure, and once in a while.
      const readsAll = drained.length > 0 || startedMs - allReadAtMs >= POLL_MS;
      const changed = readsAll ? regions : commits.changedSince(seen, regions);
      seen = commits.commits;
      try {
        await this.#read(changed, readsAll, signal);
        if (readsAll) {
          allReadAtMs = startedMs;
          this.#emptiedAtMs = clock.monotonic();
        }
        failures = 0;
        for (const resolve of drained) resolve();
        await commits.next(seen, POLL_MS, signal);
      } catch (error) {
        this.#waitingForDrain = [...drained, ...this.#waitingForDrain];
        allReadAtMs = Number.NEGATIVE_INFINITY;
        // Whatever it is, there is no other way to hear of alerts: go on trying, while stations are told that nobody vouches for them.
        if (failures++ === 0) logger.error({ err: error }, 'alert events cannot be read');
        await clock.sleep(RETRY_MS, signal);
      }
    }
  }

  /** `isToBeSure`: until the store has nothing more. Otherwise whatever comes after a page is heard of. */
  async #read(changed: readonly string[], isToBeSure: boolean, signal: AbortSignal): Promise<void> {
    const { alerts, regions } = this.#deps;
    this.#cursor ??= (await alerts.snapshot(regions)).cursor;
    while (!signal.aborted && changed.length > 0) {
      const page = await alerts.eventsAfter(this.#cursor, changed, PAGE_EVENTS);
      if (signal.aborted) return;
      if (!page || page.rewound) {
        this.#cursor = (await alerts.snapshot(regions)).cursor;
        this.#listener.lost();
        continue;
      }
      this.#cursor = page.cursor;
      if (page.events.length === 0) return;
      for (const stored of page.events) this.#listener.event(stored);
      if (!isToBeSure && page.events.length < PAGE_EVENTS) return;
    }
  }
}
