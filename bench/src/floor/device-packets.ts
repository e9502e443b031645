import { packetSize } from '@vitalwire/device-simulator/device/mqtt-wire.ts';

const CONNECT = 1;
const PUBLISH = 3;
/** A batch of readings, and far beyond. */
const BODY_MAX_BYTES = 1024 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

export interface DeviceEvents {
  connect(): void;
  publish(messageId: number, payload: Buffer): void;
}

/** What a device of the load sends, cut into its packets: CONNECT, PUBLISH of QoS 1, and nothing else that wants an answer. */
export class DevicePackets {
  readonly #events: DeviceEvents;
  #rest: Buffer = NOTHING;

  constructor(events: DeviceEvents) {
    this.#events = events;
  }

  push(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    for (;;) {
      const size = packetSize(bytes, at, BODY_MAX_BYTES);
      if (size === undefined || at + size > bytes.length) break;
      this.#handle(bytes, at, at + size);
      at += size;
    }
    this.#rest = at === bytes.length ? NOTHING : bytes.subarray(at);
  }

  #handle(bytes: Buffer, at: number, end: number): void {
    const type = (bytes[at] ?? 0) >> 4;
    if (type === CONNECT) return this.#events.connect();
    if (type !== PUBLISH) return;
    let topicAt = at + 2;
    while ((bytes[topicAt - 1] ?? 0) > 127) topicAt++;
    const idAt = topicAt + 2 + bytes.readUInt16BE(topicAt);
    this.#events.publish(bytes.readUInt16BE(idAt), bytes.subarray(idAt + 2, end));
  }
}
