/**
 * What the ledger holds, as bytes. A reading costs about seven: that it was made (its device, and when it was measured, as the distance from
 * the device's reading before; its sequence follows) and that it was acknowledged. Everything rarer is JSON.
 */

const MADE = 1;
const ACKNOWLEDGED = 2;
const REFUSED = 3;
const DROPPED = 4;
const NOTE = 5;

/** Anything that is no reading: `kind` tells what. */
export interface Note {
  readonly kind: string;
  readonly [field: string]: unknown;
}

export interface RecordHandler {
  /** The device's next sequence, measured at `measuredAtMs` by its own clock. */
  made(device: number, measuredAtMs: number): void;
  acknowledged(device: number, sequence: number): void;
  /** The broker said that it did not take it. */
  refused(device: number, sequence: number): void;
  /** The device gave it up. */
  dropped(device: number, sequence: number): void;
  note(note: Note): void;
}

const FIRST_CAPACITY = 64 * 1024;
/** Longest record of a reading: a type and two numbers of ten bytes. */
const READING_BYTES_MAX = 21;

/** Writes records of devices that no other writer has. */
export class RecordWriter {
  #bytes = Buffer.allocUnsafe(FIRST_CAPACITY);
  #length = 0;
  readonly #lastMeasuredMs: Float64Array;

  constructor(devices: number) {
    this.#lastMeasuredMs = new Float64Array(devices);
  }

  made(device: number, measuredAtMs: number): void {
    this.#begin(MADE, device);
    const delta = measuredAtMs - this.#lastMeasuredMs[device]!;
    this.#lastMeasuredMs[device] = measuredAtMs;
    // Zigzag: a clock may go back.
    this.#number(delta >= 0 ? delta * 2 : -delta * 2 - 1);
  }

  acknowledged(device: number, sequence: number): void {
    this.#begin(ACKNOWLEDGED, device);
    this.#number(sequence);
  }

  refused(device: number, sequence: number): void {
    this.#begin(REFUSED, device);
    this.#number(sequence);
  }

  dropped(device: number, sequence: number): void {
    this.#begin(DROPPED, device);
    this.#number(sequence);
  }

  note(note: Note): void {
    const json = Buffer.from(JSON.stringify(note));
    this.#begin(NOTE, json.length, json.length);
    this.#length += json.copy(this.#bytes, this.#length);
  }

  /** What was written since the last take; undefined where nothing was. */
  take(): Uint8Array | undefined {
    if (this.#length === 0) return undefined;
    const taken = new Uint8Array(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return taken;
  }

  #begin(type: number, number: number, extra = 0): void {
    if (this.#length + READING_BYTES_MAX + extra > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(this.#bytes.length * 2 + extra);
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = type;
    this.#number(number);
  }

  /** LEB128, also beyond 32 bits. */
  #number(value: number): void {
    while (value > 127) {
      this.#bytes[this.#length++] = (value % 128) | 128;
      value = Math.floor(value / 128);
    }
    this.#bytes[this.#length++] = value;
  }
}

/** The bytes are no records: the file is not a ledger, or another version's. */
export class RecordError extends Error {
  override readonly name = 'RecordError';
}

/** Reads what writers wrote, each device's records in order. One for each file: it knows when each device last measured. */
export class RecordReader {
  readonly #lastMeasuredMs = new Map<number, number>();

  /** @throws RecordError */
  read(bytes: Uint8Array, handler: RecordHandler): void {
    let at = 0;
    const number = (): number => {
      let [value, scale] = [0, 1];
      for (;;) {
        const byte = bytes[at++];
        if (byte === undefined) throw new RecordError('a record ends in the middle');
        value += (byte & 127) * scale;
        if (byte < 128) return value;
        scale *= 128;
      }
    };
    while (at < bytes.length) {
      const type = bytes[at++];
      const first = number();
      if (type === MADE) {
        const zigzag = number();
        const delta = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
        const measuredAtMs = (this.#lastMeasuredMs.get(first) ?? 0) + delta;
        this.#lastMeasuredMs.set(first, measuredAtMs);
        handler.made(first, measuredAtMs);
      } else if (type === ACKNOWLEDGED) handler.acknowledged(first, number());
      else if (type === REFUSED) handler.refused(first, number());
      else if (type === DROPPED) handler.dropped(first, number());
      else if (type === NOTE) {
        handler.note(JSON.parse(Buffer.from(bytes.subarray(at, at + first)).toString('utf8')) as Note);
        at += first;
      } else throw new RecordError(`no record has type ${type}`);
    }
  }

  /** A new power-up of every device: its writers begin anew. */
  reboot(): void {
    this.#lastMeasuredMs.clear();
  }
}
