/**
 * How many of the newest 1,000 records had to be set aside. A bad record now and then is the record's fault; more than one in ten, and at
 * least 100, is a bug that would set everything aside, and must stop the pipeline loudly instead.
 */
export class PoisonGauge {
  readonly #recent = new Uint8Array(1000);
  #next = 0;
  #poisoned = 0;
  #seen = 0;

  note(poisoned: boolean): void {
    this.#poisoned += Number(poisoned) - this.#recent[this.#next]!;
    this.#recent[this.#next] = Number(poisoned);
    this.#next = (this.#next + 1) % this.#recent.length;
    if (this.#seen < this.#recent.length) this.#seen++;
  }

  get exceeded(): boolean {
    return this.#poisoned >= 100 && this.#poisoned > this.#seen / 10;
  }
}
