import { int64 } from './batch-reader.ts';

/** Kafka's primitive types, big endian, from an answer. */
export class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  int8(): number {
    return this.#bytes.readInt8(this.#forward(1));
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#forward(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#forward(4));
  }

  int64(): number {
    return int64(this.#bytes, this.#forward(8));
  }

  string(): string {
    const length = this.int16();
    if (length < 0) return '';
    const start = this.#forward(length);
    return this.#bytes.toString('utf8', start, this.#at);
  }

  /** A view; empty for null. */
  bytes(): Buffer {
    const length = this.int32();
    if (length <= 0) return this.#bytes.subarray(0, 0);
    const start = this.#forward(length);
    return this.#bytes.subarray(start, this.#at);
  }

  /** Empty for null. */
  array<T>(item: () => T): T[] {
    const length = this.int32();
    const items: T[] = [];
    for (let i = 0; i < length; i++) items.push(item());
    return items;
  }

  #forward(by: number): number {
    const start = this.#at;
    this.#at += by;
    return start;
  }
}
