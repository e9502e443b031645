import { takeOwnPublish, type OwnPublishes } from './own-publishes.ts';

/** MQTT control packet types, as they stand in the high half of a packet's first byte (MQTT 3.1.1, table 2.1). */
export const PACKET = { connect: 1, publish: 3, disconnect: 14 } as const;

export interface FrameBounds {
  readonly maxPayloadBytes: number;
  readonly maxControlPacketBytes: number;
}

/**
 * Watches the packets of a byte stream go by, looking at their fixed headers only, and passes the bytes on uncopied. A PUBLISH whose
 * payload is too long comes out as a well-formed PUBLISH whose payload is one byte too long; the rest is dropped as it arrives, so
 * that memory never holds it. Bytes that cannot be MQTT, and other packets that are too long, end the stream: `violation` says why.
 *
 * A device's own QoS 1 publishes, nearly all there is, can leave here for good (`takeOwn`), which spares them the parser.
 */
export class FrameScanner {
  violation: string | undefined;
  /** A DISCONNECT has gone by: the device says goodbye. */
  disconnected = false;

  readonly #bounds: FrameBounds;
  /** Bytes of the current packet still to be passed on, and then still to be dropped. */
  #passLeft = 0;
  #dropLeft = 0;
  #maxPublishBytes: number | undefined;
  /** The beginning of a packet that is too short to judge or to take. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** So many bytes of it must be there before it is worth another look. */
  #heldUntil = 0;
  #own: OwnPublishes | undefined;

  constructor(bounds: FrameBounds) {
    this.#bounds = bounds;
  }

  /**
   * From now on a PUBLISH longer than this ends the stream instead of being cut. For MQTT 5: its properties stand before the payload,
   * and the device was told the limit.
   */
  refusePublishOver(maxPacketBytes: number): void {
    this.#maxPublishBytes = maxPacketBytes;
  }

  /** From now on the device's QoS 1 publishes on topics of its own go there and are not passed on. */
  takeOwn(own: OwnPublishes): void {
    this.#own = own;
  }

  /** The bytes to pass on for those that came, or undefined when there are none (yet). */
  scan(arrived: Buffer): Buffer | undefined {
    const chunk = this.#withHeld(arrived);
    if (chunk === undefined) return undefined;
    const own = this.#own;
    const begins =
      own === undefined || this.#passLeft > 0 || this.#dropLeft > 0 ? 0 : this.#takeOwn(own, chunk);
    return this.#scanFrom(chunk, begins);
  }

  /** Takes own publishes from the head of the chunk on; answers where the rest begins. What stands behind a packet for the parser follows it there, so that the order stays. */
  #takeOwn(own: OwnPublishes, chunk: Buffer): number {
    const { maxPayloadBytes } = this.#bounds;
    const hasProperties = this.#maxPublishBytes !== undefined;
    let at = 0;
    while (at < chunk.length) {
      const taken = takeOwnPublish(own, chunk, at, maxPayloadBytes, hasProperties);
      if (taken === 'other') break;
      if (typeof taken === 'number') {
        at += taken;
        continue;
      }
      this.#hold(chunk, at, taken.bytes);
      at = chunk.length;
    }
    if (at > 0) own.heard();
    return at;
  }

  #withHeld(arrived: Buffer): Buffer | undefined {
    if (this.#heldBytes === 0) return arrived;
    this.#held.push(arrived);
    this.#heldBytes += arrived.length;
    if (this.#heldBytes < this.#heldUntil) return undefined;
    const chunk = Buffer.concat(this.#held, this.#heldBytes);
    this.#held = [];
    this.#heldBytes = 0;
    return chunk;
  }

  #scanFrom(chunk: Buffer, start: number): Buffer | undefined {
    let pieces: Buffer[] | undefined;
    let from = start;
    let at = start;
    while (at < chunk.length) {
      if (this.#passLeft > 0) {
        const count = Math.min(this.#passLeft, chunk.length - at);
        this.#passLeft -= count;
        at += count;
        continue;
      }
      if (this.#dropLeft > 0) {
        if (at > from) (pieces ??= []).push(chunk.subarray(from, at));
        const count = Math.min(this.#dropLeft, chunk.length - at);
        this.#dropLeft -= count;
        at += count;
        from = at;
        pieces ??= [];
        continue;
      }
      const cut = this.#startPacket(chunk, at);
      if (cut === STOP) return gather(pieces, chunk, from, at);
      if (cut === PASS) {
        at += this.#headerLength;
        continue;
      }
      (pieces ??= []).push(chunk.subarray(from, at), cut);
      at += this.#headerLength;
      from = at;
    }
    return gather(pieces, chunk, from, at);
  }

  #headerLength = 0;

  /** Sets what to pass and drop of the packet at `at`; answers the header to put in the place of its own where it is cut. */
  #startPacket(chunk: Buffer, at: number): Buffer | typeof PASS | typeof STOP {
    const first = chunk[at] as number;
    const length = readLength(chunk, at + 1);
    if (length === 'malformed') return this.#violate('a packet length that is not MQTT');
    if (length === 'incomplete') return this.#hold(chunk, at, chunk.length - at + 1);
    this.#headerLength = 1 + length.size;
    this.#passLeft = length.value;
    const type = first >> 4;
    if (type === PACKET.publish) {
      return length.value > this.#bounds.maxPayloadBytes
        ? this.#judgeLongPublish(chunk, at, first, length.value)
        : PASS;
    }
    if (length.value > this.#bounds.maxControlPacketBytes) return this.#violate('an oversized packet');
    if (type === PACKET.disconnect) this.disconnected = true;
    return PASS;
  }

  #judgeLongPublish(
    chunk: Buffer,
    at: number,
    first: number,
    length: number,
  ): Buffer | typeof PASS | typeof STOP {
    if (this.#maxPublishBytes !== undefined) {
      return length > this.#maxPublishBytes ? this.#violate('an oversized packet') : PASS;
    }
    const topicAt = at + this.#headerLength;
    if (topicAt + 2 > chunk.length) return this.#hold(chunk, at, this.#headerLength + 2);
    const hasMessageId = (first & 0b110) !== 0;
    const beforePayload = 2 + chunk.readUInt16BE(topicAt) + (hasMessageId ? 2 : 0);
    const kept = beforePayload + this.#bounds.maxPayloadBytes + 1;
    if (length < kept) return PASS;
    this.#passLeft = kept;
    this.#dropLeft = length - kept;
    return fixedHeader(first, kept);
  }

  #hold(chunk: Buffer, at: number, until: number): typeof STOP {
    this.#passLeft = 0;
    // A copy: the beginning of a packet must not keep the whole chunk.
    this.#held = [Buffer.from(chunk.subarray(at))];
    this.#heldBytes = chunk.length - at;
    this.#heldUntil = until;
    return STOP;
  }

  #violate(reason: string): typeof STOP {
    this.violation = reason;
    return STOP;
  }
}

const PASS = Symbol('pass');
const STOP = Symbol('stop');

function gather(pieces: Buffer[] | undefined, chunk: Buffer, from: number, to: number): Buffer | undefined {
  if (pieces === undefined) {
    if (to === from) return undefined;
    return from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to);
  }
  if (to > from) pieces.push(chunk.subarray(from, to));
  const gathered = Buffer.concat(pieces);
  return gathered.length === 0 ? undefined : gathered;
}

/** A packet's remaining length: seven bits a byte, at most four bytes (MQTT 3.1.1, 2.2.3). */
function readLength(
  bytes: Buffer,
  at: number,
): { readonly value: number; readonly size: number } | 'incomplete' | 'malformed' {
  let value = 0;
  for (let size = 1; size <= 4; size++) {
    const byte = bytes[at + size - 1];
    if (byte === undefined) return 'incomplete';
    value += (byte & 0x7f) << (7 * (size - 1));
    if (byte < 0x80) return { value, size };
  }
  return 'malformed';
}

/** Length of the whole packet that the bytes begin with, or why that cannot be told. */
export function packetLength(bytes: Buffer): number | 'incomplete' | 'malformed' {
  const length = readLength(bytes, 1);
  return typeof length === 'string' ? length : 1 + length.size + length.value;
}

export function fixedHeader(first: number, length: number): Buffer {
  const bytes = [first];
  let left = length;
  do {
    const more = left > 0x7f;
    bytes.push((left & 0x7f) | (more ? 0x80 : 0));
    left >>>= 7;
  } while (left > 0);
  return Buffer.from(bytes);
}
