import type { Duplex } from 'node:stream';
import mqttPacket, { type IConnectPacket, type Packet, type Parser } from 'mqtt-packet';

const MQTT_311 = { protocolVersion: 4 } as const;
const MQTT_5 = { protocolVersion: 5 } as const;

/** DISCONNECT reason "Disconnect with Will Message" (MQTT 5, table 3-10). */
const WITH_WILL = 0x04;
/** CONNACK return codes of 3.1.1, 0 to 5, as reason codes of 5 (MQTT 5, table 3-1). */
const CONNACK_REASONS = [0x00, 0x84, 0x85, 0x88, 0x86, 0x87];
const REFUSED_SUBSCRIPTION = { mqtt311: 0x80, mqtt5: 0x87 } as const;

/** The CONNECT, or undefined where the bytes are none. */
export function parseConnect(bytes: Buffer): IConnectPacket | undefined {
  let connect: IConnectPacket | undefined;
  const parser = mqttPacket.parser();
  parser.on('packet', (packet) => {
    if (packet.cmd === 'connect') connect = packet;
  });
  parser.on('error', () => undefined);
  parser.parse(bytes);
  return connect;
}

/**
 * Aedes 1.2 speaks MQTT 3.1 and 3.1.1 only: for a device that speaks 5 this stands between, packet by packet. Properties of what comes
 * in are dropped (none of them changes what a reading means), topic aliases and enhanced authentication are not offered, and what
 * goes out gets its reason codes. Costs a second parse of each packet, which devices on 3.1.1 do not pay.
 */
export class Mqtt5 {
  /** The device said goodbye but wants its will published. */
  wantsWill = false;
  /** Why the stream must end, once it must. */
  violation: string | undefined;
  /** The device's CONNECT as 3.1.1. */
  readonly connect: Buffer;
  readonly #maxPacketBytes: number;
  readonly #incoming: Parser;
  #translated: Buffer[] = [];
  /** Filters of each UNSUBSCRIBE that waits for its answer: 5 wants one reason code a filter. */
  readonly #unsubscribing = new Map<number, number>();

  constructor(connect: IConnectPacket, stream: Duplex, maxPacketBytes: number) {
    const { properties: _, will, ...rest } = connect;
    this.#maxPacketBytes = maxPacketBytes;
    this.connect = mqttPacket.generate(
      will === undefined
        ? { ...rest, ...MQTT_311 }
        : {
            ...rest,
            ...MQTT_311,
            will: {
              topic: will.topic,
              payload: will.payload,
              qos: will.qos ?? 0,
              retain: will.retain ?? false,
            },
          },
    );
    this.#incoming = mqttPacket.parser(MQTT_5);
    this.#incoming.on('packet', (packet) => this.#down(packet));
    this.#incoming.on('error', (error) => {
      this.violation = error.message;
    });
    this.#takeOverWrite(stream);
  }

  /** What came from the device, as 3.1.1; undefined while no packet is complete. */
  translate(bytes: Buffer): Buffer | undefined {
    this.#incoming.parse(bytes);
    const translated = this.#translated;
    this.#translated = [];
    return translated.length === 0 ? undefined : Buffer.concat(translated);
  }

  #down(packet: Packet): void {
    if (this.violation !== undefined) return;
    if (packet.cmd === 'publish' && packet.topic === '')
      this.violation = 'a topic alias, which is not offered';
    if (packet.cmd === 'auth') this.violation = 'enhanced authentication, which is not offered';
    if (packet.cmd === 'disconnect') this.wantsWill = packet.reasonCode === WITH_WILL;
    if (packet.cmd === 'unsubscribe') {
      this.#unsubscribing.set(packet.messageId ?? 0, packet.unsubscriptions.length);
    }
    if (this.violation === undefined) this.#translated.push(mqttPacket.generate(packet, MQTT_311));
  }

  /** Aedes writes a packet in pieces, in one go: they are gathered by a parser and written anew. */
  #takeOverWrite(stream: Duplex): void {
    const write = stream.write.bind(stream) as (bytes: Buffer) => boolean;
    const outgoing = mqttPacket.parser(MQTT_311);
    let flowing = true;
    outgoing.on('packet', (packet) => {
      flowing = write(this.#up(packet));
    });
    stream.write = ((bytes: Buffer | string): boolean => {
      outgoing.parse(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
      return flowing;
    }) as typeof stream.write;
  }

  #up(packet: Packet): Buffer {
    return mqttPacket.generate(this.#withReasons(packet), MQTT_5);
  }

  #withReasons(packet: Packet): Packet {
    if (packet.cmd === 'connack') {
      return {
        cmd: 'connack',
        sessionPresent: packet.sessionPresent,
        reasonCode: CONNACK_REASONS[packet.returnCode ?? 0] ?? 0x80,
        properties: {
          sessionExpiryInterval: 0,
          maximumPacketSize: this.#maxPacketBytes,
          wildcardSubscriptionAvailable: false,
          sharedSubscriptionAvailable: false,
        },
      };
    }
    if (packet.cmd === 'suback') {
      const granted = (packet.granted as number[]).map((code) =>
        code === REFUSED_SUBSCRIPTION.mqtt311 ? REFUSED_SUBSCRIPTION.mqtt5 : code,
      );
      return { ...packet, granted };
    }
    if (packet.cmd === 'unsuback') {
      const id = packet.messageId ?? 0;
      const filters = this.#unsubscribing.get(id) ?? 1;
      this.#unsubscribing.delete(id);
      return { ...packet, granted: Array<number>(filters).fill(0) };
    }
    return packet;
  }
}
