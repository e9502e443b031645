/** The few MQTT 3.1.1 packets that a publisher sends and is sent, as bytes. */

export const PINGREQ = Buffer.from([0xc0, 0]);
export const DISCONNECT = Buffer.from([0xe0, 0]);

const PUBLISH_QOS_1 = 0x32;
const RETAIN = 0x01;
const USER_PASSWORD_CLEAN = 0b1100_0010;
const WILL_QOS_1_RETAINED = 0b0010_1100;
const CONNACK = 2;
const PUBACK = 4;
const PINGRESP = 13;
/** Nothing that a publisher is sent comes near it. */
const INCOMING_MAX_BYTES = 1_024;

/** Text as MQTT carries it: two bytes of length, then UTF-8. */
export function mqttText(text: string | Uint8Array): Buffer {
  const bytes = Buffer.from(text as string);
  const encoded = Buffer.allocUnsafe(2 + bytes.length);
  encoded.writeUInt16BE(bytes.length, 0);
  bytes.copy(encoded, 2);
  return encoded;
}

/** CONNECT with a clean session, user name = client id, and a retained will of QoS 1, if there is one. */
export function connectPacket(options: {
  readonly clientId: string;
  readonly password: string;
  readonly keepaliveS: number;
  readonly will: { readonly topic: string; readonly payload: Uint8Array } | undefined;
}): Buffer {
  const clientId = mqttText(options.clientId);
  const { will, keepaliveS } = options;
  const flags = will ? USER_PASSWORD_CLEAN | WILL_QOS_1_RETAINED : USER_PASSWORD_CLEAN;
  const body = Buffer.concat([
    mqttText('MQTT'),
    Buffer.from([4, flags, keepaliveS >> 8, keepaliveS & 0xff]),
    clientId,
    ...(will ? [mqttText(will.topic), mqttText(will.payload)] : []),
    clientId,
    mqttText(options.password),
  ]);
  return Buffer.concat([Buffer.from([0x10, ...lengthBytes(body.length)]), body]);
}

/** PUBLISH of QoS 1. `topic` as `mqttText` makes it. */
export function publishPacket(topic: Buffer, packetId: number, payload: Uint8Array, retain: boolean): Buffer {
  const length = topic.length + 2 + payload.length;
  const headLength = 1 + (length < 128 ? 1 : length < 16_384 ? 2 : length < 2_097_152 ? 3 : 4);
  const packet = Buffer.allocUnsafe(headLength + length);
  packet[0] = retain ? PUBLISH_QOS_1 | RETAIN : PUBLISH_QOS_1;
  let at = 1;
  for (let rest = length; ; rest >>>= 7) {
    packet[at++] = rest > 127 ? (rest & 127) | 128 : rest;
    if (rest <= 127) break;
  }
  at += topic.copy(packet, at);
  at = packet.writeUInt16BE(packetId, at);
  packet.set(payload, at);
  return packet;
}

function lengthBytes(length: number): number[] {
  const bytes: number[] = [];
  for (let rest = length; ; rest >>>= 7) {
    bytes.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) return bytes;
  }
}

export interface IncomingPackets {
  connack(returnCode: number): void;
  puback(packetId: number): void;
  pingresp(): void;
}

/** The other side sent what it may not send. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

const NOTHING: Buffer = Buffer.alloc(0);

/** Cuts what a broker sends into packets, wherever the network cut it. One for each connection. */
export class PacketReader {
  readonly #packets: IncomingPackets;
  #rest: Buffer = NOTHING;

  constructor(packets: IncomingPackets) {
    this.#packets = packets;
  }

  /** @throws ProtocolError */
  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (;;) {
      const size = packetSize(bytes, at, INCOMING_MAX_BYTES);
      if (size === undefined || at + size > bytes.length) break;
      this.#handle(bytes, at, size);
      at += size;
    }
    // A copy: a few bytes would keep the whole chunk alive.
    this.#rest = at === bytes.length ? NOTHING : Buffer.from(bytes.subarray(at));
  }

  #handle(bytes: Buffer, at: number, size: number): void {
    const type = (bytes[at] ?? 0) >> 4;
    if (type === PUBACK && size === 4) this.#packets.puback(bytes.readUInt16BE(at + 2));
    else if (type === CONNACK && size === 4) this.#packets.connack(bytes[at + 3] ?? 0);
    else if (type === PINGRESP) this.#packets.pingresp();
    else throw new ProtocolError(`the broker sent a packet of type ${type} and ${size} bytes`);
  }
}

/**
 * Bytes of the packet that begins at `at`, its header counted in; undefined while its length is not all there.
 * @throws ProtocolError where its body is longer than `bodyMaxBytes`
 */
export function packetSize(bytes: Buffer, at: number, bodyMaxBytes: number): number | undefined {
  let length = 0;
  for (let i = 1; i <= 4; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    length |= (byte & 127) << (7 * (i - 1));
    if (byte < 128) {
      if (length > bodyMaxBytes) throw new ProtocolError(`there are ${length} bytes in one packet`);
      return 1 + i + length;
    }
  }
  throw new ProtocolError('a packet without end');
}
