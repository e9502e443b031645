const TEXT = 0x1;
const FINAL = 0x80;
const BYTES_IN_7_BITS_MAX = 125;
const LENGTH_IN_16_BITS = 126;
const LENGTH_IN_64_BITS = 127;

/**
 * A text frame that goes to many stations, header and all in one buffer, made once (RFC 6455, 5.2: unmasked, as a server sends it). `ws` would
 * make a header for each of them and write it apart.
 */
export class SharedFrame {
  readonly text: string;
  #bytes: Buffer | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** As it goes over the wire. */
  get bytes(): Buffer {
    return (this.#bytes ??= framed(this.text));
  }
}

function framed(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const header = headerOf(length);
  const bytes = Buffer.allocUnsafe(header.length + length);
  bytes.set(header);
  bytes.write(text, header.length);
  return bytes;
}

function headerOf(length: number): Buffer {
  if (length <= BYTES_IN_7_BITS_MAX) return Buffer.of(FINAL | TEXT, length);
  if (length < 2 ** 16) {
    const header = Buffer.of(FINAL | TEXT, LENGTH_IN_16_BITS, 0, 0);
    header.writeUInt16BE(length, 2);
    return header;
  }
  const header = Buffer.alloc(10);
  header.set([FINAL | TEXT, LENGTH_IN_64_BITS]);
  header.writeBigUInt64BE(BigInt(length), 2);
  return header;
}
