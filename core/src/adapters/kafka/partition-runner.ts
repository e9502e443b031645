import type { LogRecord, PartitionTask, TopicPartition } from '../../ports/event-log.ts';
import type { FetchTarget } from './fetcher.ts';

export interface RunnerOptions extends TopicPartition {
  readonly task: PartitionTask;
  readonly position: number;
  readonly maxBatchRecords: number;
  /** The target is no longer paused. */
  wake(): void;
  fetched(count: number, lag: number): void;
  fail(error: unknown): void;
}

/** Feeds one partition's task, one batch at a time; fetching stops while two batches wait and goes on at one. */
export class PartitionRunner implements FetchTarget {
  readonly topic: string;
  readonly partition: number;
  position: number;
  isPaused = false;
  /** A batch failed half way: what the task holds is not what it should be after any offset. */
  hasFailed = false;
  readonly task: PartitionTask;
  readonly #options: RunnerOptions;
  #waiting: LogRecord[] = [];
  #running: Promise<void> | undefined;
  #isHalted = false;
  #isSuspended = false;
  #isLagTold = false;

  constructor(options: RunnerOptions) {
    this.topic = options.topic;
    this.partition = options.partition;
    this.position = options.position;
    this.task = options.task;
    this.#options = options;
  }

  deliver(records: readonly LogRecord[], nextOffset: number, highWatermark: number): void {
    if (this.#isHalted) return;
    this.#tell(records.length, highWatermark - nextOffset);
    if (records.length === 0) return;
    this.#waiting = this.#waiting.length === 0 ? [...records] : this.#waiting.concat(records);
    this.isPaused = this.#waiting.length >= 2 * this.#options.maxBatchRecords;
    this.#start();
  }

  /** A partition that nothing comes to is told of all the same, once: it would look like one that nobody has. */
  foundNothing(highWatermark: number): void {
    if (!this.#isHalted && !this.#isLagTold) this.#tell(0, highWatermark - this.position);
  }

  fail(error: unknown): void {
    this.#options.fail(error);
  }

  /** No batch is begun while it is not certain that the partition is still ours. */
  suspend(): void {
    this.#isSuspended = true;
  }

  resume(): void {
    this.#isSuspended = false;
    this.#start();
  }

  /** Begins no batch any more; resolves when the one that runs has ended. */
  async halt(): Promise<void> {
    this.#isHalted = true;
    this.#waiting = [];
    await this.#running;
  }

  #start(): void {
    // A run that found nothing to do would end before it is noted here, and be taken for one that never ends.
    if (this.#mayRun) this.#running ??= this.#run();
  }

  #tell(count: number, lag: number): void {
    this.#isLagTold = true;
    this.#options.fetched(count, Math.max(0, lag));
  }

  get #mayRun(): boolean {
    return this.#waiting.length > 0 && !this.#isHalted && !this.#isSuspended;
  }

  async #run(): Promise<void> {
    const { maxBatchRecords } = this.#options;
    while (this.#mayRun) {
      const batch = this.#waiting.slice(0, maxBatchRecords);
      this.#waiting = this.#waiting.slice(batch.length);
      if (this.isPaused && this.#waiting.length <= maxBatchRecords) {
        this.isPaused = false;
        this.#options.wake();
      }
      try {
        await this.task.process(batch);
      } catch (error) {
        this.#isHalted = true;
        this.hasFailed = true;
        this.#options.fail(error);
      }
    }
    // In the same breath as the look at what waits, so that nothing delivered meanwhile is left lying.
    this.#running = undefined;
  }
}
