import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import type { EventLog, GroupPartition, LogRecord, PartitionTask } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import { VitalwireError, isRetriable, isSuperseded, messageOf } from '@vitalwire/core/runtime/errors.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import { retry } from '@vitalwire/core/runtime/retry.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import type { AlertEngineMetrics } from '../metrics.ts';
import { InFlight } from './in-flight.ts';

/** Of a partition: enough that patients do not wait for one another, few enough to wait for a store that is away. */
const IN_FLIGHT_MAX = 500;
const REPLAY_RECORDS = 500;
const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 2_000;
const SETTLE_PAUSE_MS = 250;
/** What is not settled by then is applied again by the next owner, to no effect: alerts do not wait for an fsync. */
const HAND_OVER_MS = 250;

export interface ConditionsTaskDeps {
  readonly log: EventLog;
  readonly alerts: AlertStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: AlertEngineMetrics;
  readonly random: () => number;
  /** Stores one record's effects through the store it is given. */
  readonly apply: (record: LogRecord, alerts: AlertStore) => Promise<void>;
  readonly failed: (error: unknown) => void;
  /** The engine stops: a store that is away is not waited for. */
  readonly stopping: AbortSignal;
}

/** What is under way in one life of the store. */
interface Attempt {
  readonly inFlight: InFlight;
  readonly alerts: AlertStore;
  readonly over: AbortController;
  /** `over`, or the engine stops. */
  readonly ending: AbortSignal;
}

/**
 * The conditions of one partition. They are applied as they come; the group's offset follows when the store has them for good. When the
 * store may have lost some, everything from the group's offset on is applied again, in its order, before anything that came later: an
 * end that overtook its begin would leave an alert that lasts, or none.
 */
export class ConditionsTask implements PartitionTask {
  readonly startAt: number | undefined;
  readonly #deps: ConditionsTaskDeps;
  readonly #partition: number;
  readonly #group: GroupPartition;
  #committed: number | undefined;
  /** After the last record that was begun; undefined before the first. */
  #next: number | undefined;
  #attempt: Attempt;
  #goingBack: Promise<void> | undefined;
  #isReleasing = false;
  /** Nothing is committed any more. */
  #isReleased = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(partition: number, group: GroupPartition, deps: ConditionsTaskDeps) {
    this.#deps = deps;
    this.#partition = partition;
    this.#group = group;
    this.startAt = group.committed;
    this.#committed = group.committed;
    this.#attempt = this.#newAttempt();
  }

  async process(records: readonly LogRecord[]): Promise<void> {
    for (const record of records) {
      while (this.#goingBack) await this.#goingBack;
      if (this.#failure) throw this.#failure.error;
      if (this.#deps.stopping.aborted) return;
      this.#next = record.offset + 1;
      await this.#begin(record, this.#attempt);
    }
  }

  /** The store may have lost what it was not known to keep. Nothing that is under way in its earlier life reaches the new one. */
  storeLost(): void {
    this.#attempt.over.abort();
    this.#attempt.inFlight.abandon();
    const attempt = (this.#attempt = this.#newAttempt());
    // Whoever has the partition next begins at the group's offset.
    if (this.#isReleasing) return;
    const before = this.#goingBack;
    const goingBack = (async () => {
      await before;
      await this.#goBack(attempt);
    })()
      .catch((error: unknown) => this.#fail(attempt, error))
      .finally(() => {
        if (this.#goingBack === goingBack) this.#goingBack = undefined;
      });
    this.#goingBack = goingBack;
  }

  async release(): Promise<void> {
    this.#isReleasing = true;
    while (this.#goingBack) await this.#goingBack;
    const { inFlight } = this.#attempt;
    await inFlight.done();
    await Promise.race([inFlight.settle(), this.#deps.clock.sleep(HAND_OVER_MS)]);
    this.#isReleased = true;
  }

  async #goBack(attempt: Attempt): Promise<void> {
    const { log, logger, metrics } = this.#deps;
    const to = this.#next;
    // Nothing retained is before 0: the first retained, then.
    let from = this.#committed ?? 0;
    if (to === undefined || from >= to) return;
    logger.warn(
      { partition: this.#partition, from, to },
      'the store may have lost alerts: their conditions are applied again',
    );
    const { signal } = attempt.over;
    while (from < to && !signal.aborted) {
      const position = { topic: TOPICS.conditions.name, partition: this.#partition, offset: from };
      const records = await this.#persist(attempt, () => log.read(position, REPLAY_RECORDS));
      if (records.length === 0) return;
      for (const record of records) {
        if (record.offset >= to || signal.aborted) return;
        await this.#begin(record, attempt);
        metrics.conditionsAgain.inc();
        from = record.offset + 1;
      }
    }
  }

  #begin(record: LogRecord, attempt: Attempt): Promise<void> {
    return attempt.inFlight.start(record.key, record.offset, () =>
      this.#persist(attempt, () => this.#deps.apply(record, attempt.alerts)),
    );
  }

  #newAttempt(): Attempt {
    const { alerts, stopping } = this.#deps;
    const over = new AbortController();
    const life = alerts.life;
    const attempt: Attempt = {
      over,
      ending: AbortSignal.any([over.signal, stopping]),
      alerts: within(alerts, over.signal),
      inFlight: new InFlight({
        recordsMax: IN_FLIGHT_MAX,
        commit: (nextOffset) => this.#commit(nextOffset, life, over.signal),
        // Stopped while a store was away: the group's offset stays before what was not done.
        failed: (error) => stopping.aborted || this.#fail(attempt, error),
      }),
    };
    return attempt;
  }

  async #commit(nextOffset: number, life: string, over: AbortSignal): Promise<void> {
    if (!(await this.#isSettled(life, over))) return;
    try {
      await this.#group.commit(nextOffset);
      this.#committed = nextOffset;
    } catch (error) {
      // The partition's new owner does the batch again, to no effect.
      if (!isSuperseded(error)) throw error;
      this.#deps.logger.info(
        { next_offset: nextOffset },
        'the partition went to another engine before the commit',
      );
    }
  }

  /** False where it never will be, or nobody waits for it any more. */
  async #isSettled(life: string, over: AbortSignal): Promise<boolean> {
    const { alerts, clock, logger, stopping } = this.#deps;
    for (;;) {
      try {
        await alerts.settled(life);
        return !over.aborted && !this.#isReleased;
      } catch (error) {
        if (over.aborted || isSuperseded(error)) return false;
        if (!isRetriable(error)) throw error;
        if (stopping.aborted || this.#isReleased) return false;
        logger.debug({ reason: messageOf(error) }, 'alerts are not settled yet');
        await clock.sleep(SETTLE_PAUSE_MS, over);
      }
    }
  }

  /** An engine that is away is waited for: an alert has nowhere else to go. */
  #persist<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
    const { clock, random, logger, metrics } = this.#deps;
    return retry(work, {
      clock,
      signal: attempt.ending,
      random,
      firstPauseMs: FIRST_PAUSE_MS,
      maxPauseMs: MAX_PAUSE_MS,
      onRetry: (error, tried, pauseMs) => {
        metrics.conditionRetries.inc();
        logger.warn(
          { err: error, attempt: tried, pause_ms: Math.round(pauseMs) },
          'a condition waits for a store',
        );
      },
    });
  }

  #fail(attempt: Attempt, error: unknown): void {
    // What ended with its life is done again in the next.
    if (attempt.over.signal.aborted || this.#deps.stopping.aborted) return;
    this.#failure = { error };
    this.#deps.failed(error);
  }
}

/** The store as it takes commits until `over`: what was decided in one life is not stored in another. */
function within(alerts: AlertStore, over: AbortSignal): AlertStore {
  const mustLast = (): void => {
    if (over.aborted) throw new VitalwireError('superseded', 'the store began anew', { retriable: false });
  };
  const commits: Pick<AlertStore, 'commit' | 'commitUnread'> = {
    async commit(event) {
      mustLast();
      return alerts.commit(event);
    },
    async commitUnread(event) {
      mustLast();
      return alerts.commitUnread(event);
    },
  };
  return new Proxy(alerts, {
    get(target, name) {
      if (name === 'commit' || name === 'commitUnread') return commits[name];
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
