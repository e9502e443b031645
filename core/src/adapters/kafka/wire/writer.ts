/** Kafka's primitive types, big endian, into a growing buffer. */
export class Writer {
  #bytes: Buffer;
  #end = 0;

  constructor(size: number) {
    this.#bytes = Buffer.allocUnsafe(size);
  }

  int8(value: number): this {
    this.#end = this.#room(1).writeInt8(value, this.#end);
    return this;
  }

  int16(value: number): this {
    this.#end = this.#room(2).writeInt16BE(value, this.#end);
    return this;
  }

  int32(value: number): this {
    this.#end = this.#room(4).writeInt32BE(value, this.#end);
    return this;
  }

  int64(value: number): this {
    this.#end = this.#room(8).writeBigInt64BE(BigInt(value), this.#end);
    return this;
  }

  /** null writes the null string. */
  string(value: string | null): this {
    if (value === null) return this.int16(-1);
    const length = Buffer.byteLength(value);
    this.int16(length);
    this.#end += this.#room(length).write(value, this.#end);
    return this;
  }

  /** With its length before it. */
  bytes(value: Uint8Array): this {
    this.int32(value.length);
    this.#room(value.length).set(value, this.#end);
    this.#end += value.length;
    return this;
  }

  finish(): Buffer {
    return this.#bytes.subarray(0, this.#end);
  }

  #room(more: number): Buffer {
    if (this.#end + more > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#end + more, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#end);
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}
