/** Runs pieces of work one after the other, in the order in which they were asked for. */
export class OneByOne {
  #tail: Promise<void> = Promise.resolve();

  /** Ends as `work` does; one that failed holds up nobody. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#tail;
    let done: () => void = () => {};
    this.#tail = new Promise((resolve) => (done = resolve));
    await before;
    try {
      return await work();
    } finally {
      done();
    }
  }
}
