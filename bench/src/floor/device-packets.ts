const CONNECT = 1;
const PUBLISH = 3;
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
    for (let end = endOf(bytes, at); end !== undefined; end = endOf(bytes, at)) {
      const bodyAt = end - bodyLength(bytes, at).length;
      const type = (bytes[at] ?? 0) >> 4;
      if (type === CONNECT) this.#events.connect();
      else if (type === PUBLISH) {
        const idAt = bodyAt + 2 + bytes.readUInt16BE(bodyAt);
        this.#events.publish(bytes.readUInt16BE(idAt), bytes.subarray(idAt + 2, end));
      }
      at = end;
    }
    this.#rest = at === bytes.length ? NOTHING : bytes.subarray(at);
  }
}

/** Where the packet that begins at `at` ends; undefined while it is not all there. */
function endOf(bytes: Buffer, at: number): number | undefined {
  if (at + 2 > bytes.length) return undefined;
  const { length, size } = bodyLength(bytes, at);
  const end = at + 1 + size + length;
  return end > bytes.length ? undefined : end;
}

function bodyLength(bytes: Buffer, at: number): { readonly length: number; readonly size: number } {
  let length = 0;
  for (let size = 1; ; size++) {
    const byte = bytes[at + size] ?? 0;
    length += (byte & 0x7f) << (7 * (size - 1));
    if (byte < 0x80) return { length, size };
  }
}
