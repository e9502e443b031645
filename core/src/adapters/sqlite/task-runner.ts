import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogRecord, PartitionTask, Subscription } from '../../ports/event-log.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import type { PartitionLog } from './log-slots.ts';
import type { LogStorage } from './log-storage.ts';

/** Rows read at once, and for how long before the event loop gets a turn. */
const CHUNK_RECORDS = 256;
const READ_MS = 3;
/** A batch is not made larger than this, whatever its number of records. */
const BATCH_BYTES_MAX = 8 * 1024 * 1024;

/** Feeds one partition to one task, batch after batch, from assignment to release. */
export class TaskRunner {
  readonly #storage: LogStorage;
  readonly #subscription: Subscription;
  readonly #log: PartitionLog;
  readonly #fail: (error: unknown) => void;
  #task: PartitionTask | undefined;
  #running: Promise<void> | undefined;
  #ending = false;
  #held = true;
  #wake: () => void = () => undefined;

  constructor(
    storage: LogStorage,
    subscription: Subscription,
    log: PartitionLog,
    fail: (error: unknown) => void,
  ) {
    this.#storage = storage;
    this.#subscription = subscription;
    this.#log = log;
    this.#fail = fail;
  }

  /** Resolves when the task is there (its records follow), or has failed the member. */
  async start(): Promise<void> {
    const { topic, partition } = this.#log;
    const group = this.#subscription.group;
    try {
      this.#task = await this.#subscription.assigned(
        { topic, partition },
        {
          committed: this.#storage.committedOne(group, this.#log),
          commit: async (nextOffset) => {
            if (this.#held) return this.#storage.commit(group, this.#log, nextOffset);
            throw new VitalwireError('superseded', `${topic}/${partition} has moved to another member`, {
              retriable: false,
            });
          },
        },
      );
    } catch (error) {
      this.#held = false;
      this.#fail(error);
      return;
    }
    this.#running = this.#run(this.#task).catch((error: unknown) => {
      // What the task did is not whole: it is not asked to store it.
      this.#task = undefined;
      this.#fail(error);
    });
  }

  /** Lets the running batch end, then the task store what it has. Never rejects. */
  async end(): Promise<void> {
    this.#ending = true;
    this.#wake();
    await this.#running;
    try {
      await this.#task?.release();
    } catch (error) {
      this.#fail(error);
    }
    this.#held = false;
  }

  async #run(task: PartitionTask): Promise<void> {
    const unsubscribe = this.#log.onAppend(() => this.#wake());
    try {
      let offset = task.startAt ?? 0;
      while (!this.#ending) {
        const { next } = this.#log;
        const page = this.#page(offset, 0);
        const records = this.#isWhole(page) ? page : await this.#rest(page);
        if (this.#ending) return;
        const last = records.at(-1);
        if (last) {
          await task.process(records);
          offset = last.offset + 1;
          // One that has caught up waits anyway.
          if (offset < this.#log.next) await nextTurn();
        } else if (this.#log.next === next) {
          await new Promise<void>((resolve) => (this.#wake = resolve));
        }
      }
    } finally {
      unsubscribe();
    }
  }

  #page(offset: number, taken: number): readonly LogRecord[] {
    const room = this.#subscription.maxBatchRecords - taken;
    return this.#storage.page(this.#log, offset, Math.min(CHUNK_RECORDS, room));
  }

  /** Nothing is to be added to the first page of a batch: nearly always, for a task that keeps up. */
  #isWhole(page: readonly LogRecord[]): boolean {
    const last = page.at(-1);
    return !last || last.offset + 1 >= this.#log.next;
  }

  /** The batch that begins with the page. */
  async #rest(first: readonly LogRecord[]): Promise<readonly LogRecord[]> {
    const max = this.#subscription.maxBatchRecords;
    const batch: LogRecord[] = [];
    const { clock } = this.#storage;
    let bytes = 0;
    let sinceMs = clock.monotonic();
    for (let page = first; ;) {
      batch.push(...page);
      for (const record of page) bytes += record.value?.length ?? 0;
      const last = page.at(-1);
      if (!last || batch.length >= max || bytes >= BATCH_BYTES_MAX || this.#isWhole(page)) return batch;
      if (clock.monotonic() - sinceMs >= READ_MS) {
        await nextTurn();
        sinceMs = clock.monotonic();
      }
      page = this.#page(last.offset + 1, batch.length);
    }
  }
}
