/** A record that is being applied; `isDone` once its effects are stored. */
interface Place {
  readonly offset: number;
  isDone: boolean;
}

export interface InFlightOptions {
  /** Records under way at a time. */
  readonly recordsMax: number;
  /** Everything before `nextOffset` is done. Called with growing offsets, one call at a time; what came meanwhile goes with the next. */
  commit(nextOffset: number): Promise<void>;
  /** A record or a commit failed for good: nothing behind it is committed any more. Told once. */
  failed(error: unknown): void;
}

/**
 * Records of one partition that are applied side by side: one after the other where they share a key, and committed in the order of their
 * offsets however they end. So the record that waits for its store holds back its own key and the group's offset, and nothing else.
 */
export class InFlight {
  readonly #options: InFlightOptions;
  /** The last of each key that has any under way. */
  readonly #chains = new Map<string, Promise<void>>();
  /** In the order of their offsets, from the first that is not done on. */
  readonly #places: Place[] = [];
  readonly #roomAwaited: (() => void)[] = [];
  #running = 0;
  #nextOffset: number | undefined;
  #committing: Promise<void> | undefined;
  #hasFailed = false;

  constructor(options: InFlightOptions) {
    this.#options = options;
  }

  /** Resolves once there is room for the record and its work is queued behind that of its key; not when it is done. */
  async start(key: string, offset: number, work: () => Promise<void>): Promise<void> {
    while (this.#running >= this.#options.recordsMax && !this.#hasFailed)
      await new Promise<void>((resolve) => this.#roomAwaited.push(resolve));
    if (this.#hasFailed) return;
    this.#running++;
    const place: Place = { offset, isDone: false };
    this.#places.push(place);
    const before = this.#chains.get(key);
    const running = this.#run(place, before ? before.then(work) : work());
    this.#chains.set(key, running);
    running.then(
      () => this.#ended(key, running),
      () => this.#ended(key, running),
    );
  }

  /** Resolves when nothing is under way. */
  async done(): Promise<void> {
    while (this.#chains.size > 0) await Promise.allSettled(this.#chains.values());
  }

  /** Resolves when nothing is under way and what is done is committed. */
  async settle(): Promise<void> {
    await this.done();
    await this.#committing;
  }

  /** Nothing more is committed, and nobody is told how what is under way ends. */
  abandon(): void {
    this.#hasFailed = true;
    for (const resolve of this.#roomAwaited.splice(0)) resolve();
  }

  async #run(place: Place, work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#fail(error);
      throw error;
    }
    place.isDone = true;
    for (let first = this.#places[0]; first?.isDone; first = this.#places[0]) {
      this.#nextOffset = first.offset + 1;
      this.#places.shift();
    }
    // One that found nothing to commit would end before it is noted here, and be taken for one that never ends.
    if (this.#nextOffset !== undefined) this.#committing ??= this.#commit();
  }

  #ended(key: string, running: Promise<void>): void {
    if (this.#chains.get(key) === running) this.#chains.delete(key);
    this.#running--;
    this.#roomAwaited.shift()?.();
  }

  async #commit(): Promise<void> {
    try {
      for (let next = this.#nextOffset; next !== undefined && !this.#hasFailed; next = this.#nextOffset) {
        this.#nextOffset = undefined;
        await this.#options.commit(next);
      }
    } catch (error) {
      this.#fail(error);
    }
    this.#committing = undefined;
  }

  #fail(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    for (const resolve of this.#roomAwaited.splice(0)) resolve();
    this.#options.failed(error);
  }
}
