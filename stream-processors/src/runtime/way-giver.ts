import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogRecord } from '@vitalwire/core/ports/event-log.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';

/** A pipeline on the same thread whose work cannot wait. */
export interface Urgent {
  /** Age of the newest record that its slowest partition has taken in, ms; 0 at the end of the log, Infinity before it is known. */
  behindMs(): number;
}

const BEHIND_MS = 100;
const LOOK_EVERY_MS = 25;
/** Who gives way is starved by nobody: one batch is taken after so long, whatever the other does, */
const WAIT_MS_MAX = 400;
/** and the sooner the older the batch is: of this age it waits for nobody, so that a backlog does not grow for ever. */
const PATIENCE_MS = 600_000;

interface Waiting {
  /** Since the arrival of the batch's newest record. */
  readonly ageMs: number;
  readonly admit: () => void;
}

/**
 * Lets the urgent pipeline go first: batches of all partitions pass here one by one, each in a turn of the event loop of its own, while the
 * urgent one keeps up. A dozen let through together would hold it up before anybody could tell.
 */
export class WayGiver {
  readonly #urgent: Urgent;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();
  readonly #waiting: Waiting[] = [];
  #isAdmitting = false;

  constructor(urgent: Urgent, clock: Clock) {
    this.#urgent = urgent;
    this.#clock = clock;
  }

  /** Resolves when the batch may be taken. */
  pass(batch: readonly Pick<LogRecord, 'timestampMs'>[]): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve();
    const ageMs = this.#clock.now() - (batch.at(-1)?.timestampMs ?? 0);
    return new Promise((admit) => {
      this.#waiting.push({ ageMs, admit });
      if (!this.#isAdmitting) void this.#admit();
    });
  }

  /** Whoever waits passes: the pipeline that gives way stops. */
  stop(): void {
    this.#stopping.abort();
    for (const { admit } of this.#waiting.splice(0)) admit();
  }

  async #admit(): Promise<void> {
    this.#isAdmitting = true;
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      await nextTurn();
      await this.#whileBehind(WAIT_MS_MAX * (1 - first.ageMs / PATIENCE_MS));
      this.#waiting.shift()?.admit();
    }
    this.#isAdmitting = false;
  }

  async #whileBehind(atMostMs: number): Promise<void> {
    const { signal } = this.#stopping;
    const untilMs = this.#clock.monotonic() + atMostMs;
    while (this.#urgent.behindMs() > BEHIND_MS && this.#clock.monotonic() < untilMs && !signal.aborted)
      await this.#clock.sleep(LOOK_EVERY_MS, signal);
  }
}
