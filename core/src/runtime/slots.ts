/**
 * What is under way, by a number to be told its end by. A `Map` that is filled and emptied thousands of times a second leaves its outgrown tables
 * behind, each of which refers to the next: once one of them is in V8's old generation, whatever went through the map after it follows there, and
 * only a full collection finds that it is dead. An array of free and taken places leaves nothing.
 */
export class Slots<T> {
  readonly #places: (T | undefined)[] = [];
  readonly #free: number[] = [];

  /** The number it is kept under, which is another's once it was taken. */
  put(value: T): number {
    const place = this.#free.pop() ?? this.#places.length;
    this.#places[place] = value;
    return place;
  }

  /** Undefined where nothing is there (any more). */
  take(place: number): T | undefined {
    const value = this.#places[place];
    if (value === undefined) return undefined;
    this.#places[place] = undefined;
    this.#free.push(place);
    return value;
  }

  /** Everything, at the end: a number from before would take what is put later. */
  takeAll(): readonly T[] {
    this.#free.length = 0;
    return this.#places.splice(0).filter((value) => value !== undefined);
  }
}
