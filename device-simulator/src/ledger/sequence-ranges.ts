/** A set of sequences as runs of consecutive ones: what a soak of days has acknowledged in order is one run, however long. */
export class SequenceRanges {
  /** Ascending, disjoint, not adjacent: [first, last, first, last, …]. */
  readonly #runs: number[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Runs held: the measure of memory. */
  get runs(): number {
    return this.#runs.length / 2;
  }

  /** False where it was in already. */
  add(sequence: number): boolean {
    const runs = this.#runs;
    const end = runs.length - 1;
    const highest = runs[end];
    if (highest === undefined || sequence > highest + 1) runs.push(sequence, sequence);
    else if (sequence === highest + 1) runs[end] = sequence;
    else if (!this.#insert(sequence)) return false;
    this.#size++;
    return true;
  }

  has(sequence: number): boolean {
    const at = this.#runFrom(sequence);
    return at < this.#runs.length && sequence >= this.#runs[at]!;
  }

  #insert(sequence: number): boolean {
    const runs = this.#runs;
    const at = this.#runFrom(sequence);
    if (sequence >= runs[at]!) return false;
    const joinsNext = sequence === runs[at]! - 1;
    const joinsPrevious = at >= 2 && sequence === runs[at - 1]! + 1;
    if (joinsNext && joinsPrevious) runs.splice(at - 1, 2);
    else if (joinsNext) runs[at] = sequence;
    else if (joinsPrevious) runs[at - 1] = sequence;
    else runs.splice(at, 0, sequence, sequence);
    return true;
  }

  /** Index of the first run that ends at or after `sequence`. */
  #runFrom(sequence: number): number {
    let [low, high] = [0, this.#runs.length / 2];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#runs[middle * 2 + 1]! < sequence) low = middle + 1;
      else high = middle;
    }
    return low * 2;
  }
}
