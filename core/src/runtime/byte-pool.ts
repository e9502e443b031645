/** Larger ones get memory of their own. */
const SHARING_BYTES_MAX = 1024;
const SLAB_BYTES = 8 * 1024;

/**
 * Copies of small byte arrays that live about as long as one another, side by side in memory of theirs. In Node's own pool they are beside whatever
 * else the process makes meanwhile, and each that stays keeps 8 KiB of that.
 */
export class BytePool {
  #slab = Buffer.alloc(0);
  #used = 0;

  copy(bytes: Uint8Array): Buffer {
    if (bytes.length > SHARING_BYTES_MAX) {
      const own = Buffer.allocUnsafeSlow(bytes.length);
      own.set(bytes);
      return own;
    }
    if (this.#used + bytes.length > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
      this.#used = 0;
    }
    const copied = this.#slab.subarray(this.#used, this.#used + bytes.length);
    copied.set(bytes);
    this.#used += bytes.length;
    return copied;
  }
}
