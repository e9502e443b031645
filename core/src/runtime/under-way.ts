/** Counts what has begun and not ended, for whoever closes what it uses. */
export class UnderWay {
  #count = 0;
  #awaited: (() => void)[] = [];

  /** Ends as `work` does. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    this.#count++;
    try {
      return await work();
    } finally {
      this.#count--;
      if (this.#count === 0) for (const resolve of this.#awaited.splice(0)) resolve();
    }
  }

  /** Resolves once nothing is under way, however it ended. */
  async ended(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => this.#awaited.push(resolve));
  }
}
