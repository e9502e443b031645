import type { Duplex } from 'node:stream';
import { FrameScanner, packetLength, type FrameBounds } from './frame-scanner.ts';

export interface FramedStreamEvents {
  /** Whether the parser may have more bytes now; when it may not, `resume` is owed later. */
  mayRead(): boolean;
  received(bytes: number): void;
  /** The first packet, whole. Answers what the parser is to see, or undefined to end the stream. */
  connecting(connect: Buffer): Buffer | undefined;
  /** Translates what follows the first packet, where `connecting` found that it must be. */
  translate: ((bytes: Buffer) => Buffer | undefined) | undefined;
  /** The peer sent what is not MQTT or is too long; the stream is being destroyed. */
  violated(reason: string): void;
}

/**
 * Stands between a socket and Aedes. Aedes pulls bytes with `read()` when the socket is readable, and writes to the socket itself: so
 * only that one method is taken over, which costs no second stream, no copy and no event. It sees to three things that Aedes leaves
 * open: a bound on packets (FrameScanner), nothing after CONNECT is parsed before the device is authenticated, and no bytes are
 * taken from the socket while the gateway is full, so that TCP holds the device back.
 */
export class FramedStream {
  readonly stream: Duplex;
  readonly #read: (size?: number) => Buffer | null;
  readonly #scanner: FrameScanner;
  readonly #bounds: FrameBounds;
  readonly #events: FramedStreamEvents;
  /** Bytes before the end of CONNECT, then those behind it until the parser may have them. */
  #held: Buffer | undefined;
  #phase: 'first packet' | 'authenticating' | 'open' = 'first packet';
  #starved = false;

  constructor(stream: Duplex, bounds: FrameBounds, events: FramedStreamEvents) {
    this.stream = stream;
    this.#bounds = bounds;
    this.#events = events;
    this.#scanner = new FrameScanner(bounds);
    this.#read = stream.read.bind(stream) as (size?: number) => Buffer | null;
    stream.read = (size?: number) => (size === 0 ? this.#read(0) : this.#next());
  }

  /** The device said goodbye: its DISCONNECT has gone by. */
  get disconnected(): boolean {
    return this.#scanner.disconnected;
  }

  /** The device is authenticated: what it sends may be parsed. */
  open(): void {
    if (this.#phase === 'authenticating') this.#phase = 'open';
    this.resume();
  }

  /** Hands on what was held back, if the parser asked for it meanwhile. */
  resume(): void {
    if (!this.#starved || this.stream.destroyed) return;
    this.#starved = false;
    this.stream.emit('readable');
  }

  #next(): Buffer | null {
    switch (this.#phase) {
      case 'first packet':
        return this.#firstPacket();
      case 'authenticating':
        this.#starved = true;
        return null;
      case 'open': {
        if (!this.#events.mayRead()) {
          this.#starved = true;
          return null;
        }
        return this.#packets();
      }
    }
  }

  #packets(): Buffer | null {
    let chunk: Buffer | null;
    if (this.#held === undefined) {
      chunk = this.#read();
      if (chunk !== null) this.#events.received(chunk.length);
    } else {
      chunk = this.#held;
      this.#held = undefined;
      // The stream tells of new bytes only to one who has asked for some.
      if (this.stream.readableLength > 0) this.#starved = true;
    }
    if (chunk === null) return null;
    const passed = this.#scanner.scan(chunk);
    if (this.#scanner.violation !== undefined) {
      this.#violate(this.#scanner.violation);
      return null;
    }
    if (passed === undefined) return null;
    const { translate } = this.#events;
    return translate === undefined ? passed : (translate(passed) ?? null);
  }

  #firstPacket(): Buffer | null {
    const arrived = this.#read();
    if (arrived === null) return null;
    this.#events.received(arrived.length);
    const bytes = this.#held === undefined ? arrived : Buffer.concat([this.#held, arrived]);
    this.#held = undefined;
    const length = packetLength(bytes);
    // CONNECT, and no flags: anything else is not MQTT, or not yet allowed.
    if (bytes[0] !== 0x10) return this.#violate('does not begin with CONNECT');
    if (length === 'malformed') return this.#violate('a packet length that is not MQTT');
    if (length !== 'incomplete' && length > this.#bounds.maxControlPacketBytes) {
      return this.#violate('an oversized packet');
    }
    if (length === 'incomplete' || bytes.length < length) {
      this.#held = bytes;
      return null;
    }
    if (bytes.length > length) this.#held = bytes.subarray(length);
    this.#phase = 'authenticating';
    return this.#events.connecting(bytes.subarray(0, length)) ?? this.#violate('unusable CONNECT');
  }

  #violate(reason: string): null {
    this.#events.violated(reason);
    this.stream.destroy();
    return null;
  }
}
