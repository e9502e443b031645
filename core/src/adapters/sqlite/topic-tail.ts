import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Consumer, LogRecord } from '../../ports/event-log.ts';
import type { TopicState } from './log-slots.ts';
import type { LogStorage } from './log-storage.ts';

const BATCH_RECORDS = 256;

/** Follows every partition of a topic, one batch at a time. */
export class TopicTail implements Consumer {
  readonly failed: Promise<never>;
  /** Resolves when everything that was there at the beginning is handled; rejects if the handler did. */
  readonly caughtUp: Promise<void>;
  readonly #storage: LogStorage;
  readonly #topic: TopicState;
  readonly #handler: (records: readonly LogRecord[]) => Promise<void> | void;
  readonly #offsets: number[];
  readonly #running: Promise<void>;
  #stopping = false;
  #wake: () => void = () => undefined;

  constructor(
    storage: LogStorage,
    topic: TopicState,
    handler: (records: readonly LogRecord[]) => Promise<void> | void,
  ) {
    this.#storage = storage;
    this.#topic = topic;
    this.#handler = handler;
    this.#offsets = topic.partitions.map(() => 0);
    const caughtUp = Promise.withResolvers<void>();
    const failed = Promise.withResolvers<never>();
    this.caughtUp = caughtUp.promise;
    this.failed = failed.promise;
    this.failed.catch(() => undefined);
    this.#running = this.#run(caughtUp.resolve).catch((error: unknown) => {
      caughtUp.reject(error);
      failed.reject(error);
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#wake();
    await this.#running;
  }

  async #run(caughtUp: () => void): Promise<void> {
    const goals = this.#topic.partitions.map((log) => log.next);
    const subscriptions = this.#topic.partitions.map((log) => log.onAppend(() => this.#wake()));
    try {
      while (!this.#stopping) {
        const idle = await this.#round();
        if (this.#offsets.every((offset, i) => offset >= (goals[i] ?? 0))) caughtUp();
        if (idle) await this.#more();
        else await nextTurn();
      }
      caughtUp();
    } finally {
      for (const unsubscribe of subscriptions) unsubscribe();
    }
  }

  /** One batch of each partition that has any; resolves to whether there was nothing. */
  async #round(): Promise<boolean> {
    let idle = true;
    for (const [i, log] of this.#topic.partitions.entries()) {
      const { next } = log;
      const from = this.#offsets[i] ?? 0;
      if (this.#stopping || from >= next) continue;
      const records = this.#storage.page(log, from, BATCH_RECORDS);
      if (records.length > 0) {
        idle = false;
        await this.#handler(records);
      }
      // A page that is not full has reached the end, though the newest record may have been removed.
      this.#offsets[i] =
        records.length < BATCH_RECORDS
          ? Math.max(next, (records.at(-1)?.offset ?? 0) + 1)
          : (records.at(-1)?.offset ?? from) + 1;
    }
    return idle;
  }

  async #more(): Promise<void> {
    const waiting = this.#topic.partitions.every((log, i) => log.next <= (this.#offsets[i] ?? 0));
    if (!waiting || this.#stopping) return;
    await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}
