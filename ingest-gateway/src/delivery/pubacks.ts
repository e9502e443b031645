import type { Duplex } from 'node:stream';

/** PUBACK, remaining length 2 (MQTT 3.1.1, 3.4; in MQTT 5 the short form, which means success). */
const PUBACK = 0x40;
const PUBACK_BYTES = 4;
/** Places for message ids that a connection keeps. */
const ROOM_KEPT = 64;

/** The PUBACKs of one connection that are not written yet, in their order. */
export class Pubacks {
  readonly #stream: Duplex;
  readonly #writer: PubackWriter;
  readonly #congested: (isCongested: boolean) => void;
  /** The first `#count` of them wait; places are used again. */
  #ids: number[] = [];
  #count = 0;
  #isCongested = false;

  /** `congested` is told when the device no longer reads its acknowledgements, and when it does again. */
  constructor(stream: Duplex, writer: PubackWriter, congested: (isCongested: boolean) => void) {
    this.#stream = stream;
    this.#writer = writer;
    this.#congested = congested;
  }

  add(messageId: number): void {
    this.#ids[this.#count++] = messageId;
    if (this.#count === 1) this.#writer.writeSoon(this);
  }

  /** At once; before a packet that somebody else writes, which must not overtake. */
  write(): void {
    const ids = this.#ids;
    const count = this.#count;
    if (count === 0) return;
    this.#count = 0;
    if (count > ROOM_KEPT) this.#ids = [];
    if (this.#stream.destroyed) return;
    const bytes = Buffer.allocUnsafe(count * PUBACK_BYTES);
    let at = 0;
    for (let i = 0; i < count; i++) {
      const id = ids[i]!;
      bytes[at++] = PUBACK;
      bytes[at++] = 2;
      bytes[at++] = id >> 8;
      bytes[at++] = id & 0xff;
    }
    // Acknowledgements of what was read before go on being written while the device reads none: told, and listened for, once.
    if (this.#stream.write(bytes) || this.#isCongested) return;
    this.#tell(true);
    this.#stream.once('drain', () => this.#tell(false));
  }

  #tell(isCongested: boolean): void {
    this.#isCongested = isCongested;
    this.#congested(isCongested);
  }
}

/** Writes what all connections have to acknowledge in a turn of the event loop: one write a connection. */
export class PubackWriter {
  #waiting: Pubacks[] = [];

  writeSoon(pubacks: Pubacks): void {
    if (this.#waiting.push(pubacks) === 1) setImmediate(() => this.#write());
  }

  #write(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const pubacks of waiting) pubacks.write();
  }
}
