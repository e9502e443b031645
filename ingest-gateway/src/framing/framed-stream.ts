import type { Duplex } from 'node:stream';
import { FrameScanner, packetLength, type FrameBounds } from './frame-scanner.ts';
import { Mqtt5, parseConnect } from './mqtt5.ts';
import type { OwnPublishes } from './own-publishes.ts';
import type { ByteSource } from './shared-reads.ts';

export interface FramedStreamEvents {
  /** Whether the parser may have more bytes now; when it may not, `resume` is owed later. */
  mayRead(): boolean;
  received(bytes: number): void;
  /** The peer sent what is not MQTT or is too long; the stream is being destroyed. */
  violated(reason: string): void;
}

/** For topic, message id and properties of a PUBLISH, which a device that speaks MQTT 5 is told to stay below. */
const MQTT_5_HEADROOM_BYTES = 4_096;

/**
 * Stands between a socket and Aedes. Aedes pulls bytes with `read()` when the socket is readable, and writes to the socket itself: so
 * only that one method is taken over, which costs no second stream and no event. It sees to what Aedes leaves open: a bound on packets (FrameScanner), nothing after CONNECT is parsed before the device is authenticated, and no bytes are
 * taken from the socket while the gateway is full, so that TCP holds the device back. A device that speaks MQTT 5 is translated.
 *
 * Where the socket tells what it received (`source`), that goes through the scanner as it comes, and Aedes hears of what is left for its
 * parser: for a device that sends readings, of nothing. Any other stream is read when Aedes reads.
 */
export class FramedStream {
  readonly stream: Duplex;
  readonly #read: (size?: number) => Buffer | null;
  readonly #source: ByteSource | undefined;
  readonly #scanner: FrameScanner;
  readonly #bounds: FrameBounds;
  readonly #events: FramedStreamEvents;
  /** Bytes before the end of CONNECT, then those behind it, and those received, until they may be looked at. */
  #held: Buffer | undefined;
  /** From the source, for the parser: announced, and not yet read. */
  #passed: Buffer | undefined;
  #phase: 'first packet' | 'authenticating' | 'open' = 'first packet';
  #starved = false;
  #stopped = false;
  #mqtt5: Mqtt5 | undefined;

  constructor(
    stream: Duplex,
    source: ByteSource | undefined,
    bounds: FrameBounds,
    events: FramedStreamEvents,
  ) {
    this.stream = stream;
    this.#source = source;
    this.#bounds = bounds;
    this.#events = events;
    this.#scanner = new FrameScanner(bounds);
    this.#read = stream.read.bind(stream) as (size?: number) => Buffer | null;
    const next = source === undefined ? () => this.#pull() : () => this.#takePassed();
    stream.read = (size?: number) => (size === 0 ? this.#read(0) : next());
    if (source !== undefined) source.received = (bytes) => this.#push(bytes);
  }

  /** The device said goodbye: its DISCONNECT has gone by. */
  get disconnected(): boolean {
    return this.#scanner.disconnected && this.#mqtt5?.wantsWill !== true;
  }

  /** The device is authenticated: what it sends may be parsed, and its own publishes taken. */
  open(own: OwnPublishes | undefined): void {
    if (this.#phase === 'authenticating') this.#phase = 'open';
    if (own !== undefined) this.#scanner.takeOwn(own);
    this.resume();
  }

  /** Goes on with what was held back, or was asked for, meanwhile. */
  resume(): void {
    if (!this.#starved || this.stream.destroyed) return;
    this.#starved = false;
    if (this.#source === undefined) return void this.stream.emit('readable');
    if (this.#mayPass()) this.#announce(this.#sift(null));
    this.#goOn();
  }

  /** Whether the scanner may see more; where not, `resume` goes on. */
  #mayPass(): boolean {
    if (this.#phase === 'first packet') return true;
    if (this.#phase === 'open' && this.#events.mayRead()) return true;
    this.#starved = true;
    return false;
  }

  /** The stream is readable, and Aedes reads. */
  #pull(): Buffer | null {
    if (!this.#mayPass()) return null;
    const arrived = this.#read();
    if (arrived !== null) this.#events.received(arrived.length);
    return this.#sift(arrived);
  }

  /** The source received something; answers whether it may go on. */
  #push(arrived: Buffer): boolean {
    this.#events.received(arrived.length);
    if (this.#passed === undefined && this.#mayPass()) this.#announce(this.#sift(arrived));
    else this.#held = this.#withHeld(arrived) ?? undefined;
    this.#stopped = this.#starved || this.#passed !== undefined;
    return !this.#stopped;
  }

  #announce(passed: Buffer | null): void {
    if (passed === null) return;
    this.#passed = passed;
    this.stream.emit('readable');
  }

  #takePassed(): Buffer | null {
    const passed = this.#passed;
    this.#passed = undefined;
    this.#goOn();
    return passed ?? null;
  }

  #goOn(): void {
    if (!this.#stopped || this.#starved || this.#passed !== undefined) return;
    this.#stopped = false;
    this.#source?.resume();
  }

  /** What of the bytes, and of those held before them, is for the parser. */
  #sift(arrived: Buffer | null): Buffer | null {
    const bytes = this.#withHeld(arrived);
    if (bytes === null) return null;
    return this.#phase === 'first packet' ? this.#firstPacket(bytes) : this.#packets(bytes);
  }

  /** What came behind CONNECT goes with what came since: the stream does not tell a second time of what is there already. */
  #withHeld(arrived: Buffer | null): Buffer | null {
    const held = this.#held;
    if (held === undefined) return arrived;
    this.#held = undefined;
    return arrived === null ? held : Buffer.concat([held, arrived]);
  }

  #packets(bytes: Buffer): Buffer | null {
    const passed = this.#scanner.scan(bytes);
    if (this.#scanner.violation !== undefined) return this.#violate(this.#scanner.violation);
    if (passed === undefined) return null;
    return this.#mqtt5 === undefined ? passed : this.#translate(this.#mqtt5, passed);
  }

  #translate(mqtt5: Mqtt5, bytes: Buffer): Buffer | null {
    const translated = mqtt5.translate(bytes);
    return mqtt5.violation === undefined ? (translated ?? null) : this.#violate(mqtt5.violation);
  }

  #firstPacket(bytes: Buffer): Buffer | null {
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
    this.#phase = 'authenticating';
    if (bytes.length > length) {
      this.#held = bytes.subarray(length);
      this.#starved = true;
    }
    return this.#connecting(bytes.subarray(0, length));
  }

  #connecting(bytes: Buffer): Buffer | null {
    const connect = parseConnect(bytes);
    if (connect === undefined) return this.#violate('a CONNECT that is none');
    if (connect.protocolVersion !== 5) return bytes;
    const maxPacketBytes = this.#bounds.maxPayloadBytes + MQTT_5_HEADROOM_BYTES;
    this.#scanner.refusePublishOver(maxPacketBytes);
    this.#mqtt5 = new Mqtt5(connect, this.stream, maxPacketBytes);
    return this.#mqtt5.connect;
  }

  #violate(reason: string): null {
    this.#events.violated(reason);
    this.stream.destroy();
    return null;
  }
}
