/** Room that is given back once it is no longer needed. */
const ROOM_KEPT = 64;

/**
 * What is under way, by a key each, and ends mostly in the order it began: found at the head at once, further back by a search. As `Slots`, it
 * leaves no tables behind as a `Map` does that is filled and emptied again and again.
 */
export class InFlightList<Key, Value> {
  #keys: (Key | undefined)[] = [];
  #values: (Value | undefined)[] = [];
  #head = 0;
  #end = 0;

  get size(): number {
    return this.#end - this.#head;
  }

  /** Of the one that is under way for the longest. */
  get first(): Value | undefined {
    return this.#head === this.#end ? undefined : this.#values[this.#head];
  }

  push(key: Key, value: Value): void {
    if (this.#end === this.#keys.length && this.#head > this.#end / 2) this.#moveUp();
    this.#keys[this.#end] = key;
    this.#values[this.#end++] = value;
  }

  has(key: Key): boolean {
    return this.#indexOf(key) >= 0;
  }

  /** Takes it out; undefined where it is not under way. */
  take(key: Key): Value | undefined {
    const at = this.#indexOf(key);
    if (at < 0) return undefined;
    const value = this.#values[at];
    if (at === this.#head) {
      this.#forget(this.#head++);
    } else {
      this.#keys.copyWithin(at, at + 1, this.#end);
      this.#values.copyWithin(at, at + 1, this.#end);
      this.#forget(--this.#end);
    }
    if (this.#head === this.#end) this.#startOver();
    return value;
  }

  /** All of them, in their order, which are then under way no more. */
  takeAll(): readonly Key[] {
    const keys = this.#keys.slice(this.#head, this.#end) as Key[];
    this.#keys = [];
    this.#values = [];
    this.#head = this.#end = 0;
    return keys;
  }

  #indexOf(key: Key): number {
    // Where there are none left, places may still be there: what is in them is undefined.
    return this.#head === this.#end ? -1 : this.#keys.indexOf(key, this.#head);
  }

  #forget(at: number): void {
    this.#keys[at] = undefined;
    this.#values[at] = undefined;
  }

  #startOver(): void {
    this.#head = this.#end = 0;
    if (this.#keys.length <= ROOM_KEPT) return;
    this.#keys = [];
    this.#values = [];
  }

  #moveUp(): void {
    this.#keys = this.#keys.slice(this.#head, this.#end);
    this.#values = this.#values.slice(this.#head, this.#end);
    this.#end -= this.#head;
    this.#head = 0;
  }
}
