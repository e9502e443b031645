import { OneByOne } from '@vitalwire/core/runtime/one-by-one.ts';

/** Encoding states may take this share of the thread that a member's tasks run on. */
const CHECKPOINT_SHARE = 0.05;

/**
 * How often a member's tasks save. Where states are large each is saved less often, and more is read again after a crash instead. What counts
 * is the work of encoding: a save that merely waited for a busy machine, or for the saves of other partitions, is no reason to save less
 * often, for the more there would be to do again just where doing it takes longest.
 */
export class CheckpointPace {
  readonly #everyMs: number;
  readonly #tasks: () => number;
  /**
   * Each gives way to others by taking a slice of a turn of the event loop: a dozen at once, as when a tick decides in every partition, would
   * take a dozen slices of each.
   */
  readonly encodings = new OneByOne();
  #beganMs = Number.NEGATIVE_INFINITY;

  /** `tasks`: how many share the thread. */
  constructor(everyMs: number, tasks: () => number) {
    this.#everyMs = everyMs;
    this.#tasks = tasks;
  }

  /**
   * Whether a save that nobody calls for may begin: they are spread over the period, for tasks that were idle together are due together, and each
   * would stand still for the encoding of all.
   */
  mayBegin(nowMs: number): boolean {
    // One place more than there are tasks: who comes late does not wait for a whole period.
    return nowMs - this.#beganMs >= this.#everyMs / (this.#tasks() + 1);
  }

  began(nowMs: number): void {
    this.#beganMs = nowMs;
  }

  /** From the end of a save whose encoding took `workMs` to the next. */
  untilNextMs(workMs: number): number {
    return Math.max(this.#everyMs, this.untilAllowedMs(workMs));
  }

  /** The same where a save is not due but called for. */
  untilAllowedMs(workMs: number): number {
    return (workMs * Math.max(1, this.#tasks())) / CHECKPOINT_SHARE;
  }
}
