/** A device that keeps so many messages unacknowledged, on a bare socket. */
import { connect, type Socket } from 'node:net';
import { connectPacket } from '@vitalwire/device-simulator/device/mqtt-wire.ts';
import type { PatchedPublish } from './patched-publish.ts';

export interface WindowDeviceOptions {
  readonly port: number;
  readonly deviceId: string;
  readonly token: string;
  readonly publish: PatchedPublish;
}

export interface WindowDeviceEvents {
  /** So many may be sent in the place of those that were acknowledged. */
  acknowledged(device: WindowDevice, count: number): void;
  latency(ms: number): void;
}

const KEEPALIVE_S = 600;
const IDS = 32_768;
const CONNACK = 0x20;
const PUBACK = 0x40;
const ACK_BYTES = 4;
/** Every so many messages one is timed. */
const TIMED_EVERY = 8;

export class WindowDevice {
  readonly #options: WindowDeviceOptions;
  readonly #events: WindowDeviceEvents;
  readonly #socket: Socket;
  readonly #sentAtMs = new Float64Array(IDS / TIMED_EVERY);
  #sent = 0;
  #rest: Buffer = Buffer.alloc(0);
  #closing = false;
  readonly connected: Promise<void>;

  constructor(options: WindowDeviceOptions, events: WindowDeviceEvents) {
    this.#options = options;
    this.#events = events;
    this.#socket = connect({ port: options.port, host: '127.0.0.1', noDelay: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.connected = promise;
    this.#socket.on('data', (bytes) => this.#read(bytes, resolve));
    this.#socket.on('error', reject);
    this.#socket.on('close', () => {
      const error = new Error(`${options.deviceId}: the connection ended`);
      reject(error);
      if (!this.#closing && this.#sent > 0) throw error;
    });
    const { deviceId, token } = options;
    this.#socket.write(
      connectPacket({ clientId: deviceId, password: token, keepaliveS: KEEPALIVE_S, will: undefined }),
    );
  }

  send(count: number): void {
    const { publish } = this.#options;
    const size = publish.bytes.length;
    const bytes = Buffer.allocUnsafeSlow(count * size);
    const nowMs = performance.now();
    for (let i = 0; i < count; i++) {
      const nth = this.#sent++;
      // 0 is no message id.
      const id = (nth % (IDS - 1)) + 1;
      if (id % TIMED_EVERY === 0) this.#sentAtMs[id / TIMED_EVERY] = nowMs;
      publish.write(bytes, i * size, nth, id);
    }
    this.#socket.write(bytes);
  }

  close(): void {
    this.#closing = true;
    this.#socket.destroy();
  }

  #read(arrived: Buffer, connected: () => void): void {
    const bytes = this.#rest.length === 0 ? arrived : Buffer.concat([this.#rest, arrived]);
    const whole = bytes.length - (bytes.length % ACK_BYTES);
    this.#rest = bytes.subarray(whole);
    let acknowledged = 0;
    const nowMs = performance.now();
    for (let at = 0; at < whole; at += ACK_BYTES) {
      if (bytes[at] === CONNACK && bytes[at + 3] === 0) connected();
      else if (bytes[at] === PUBACK) {
        acknowledged++;
        const id = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
        if (id % TIMED_EVERY === 0)
          this.#events.latency(nowMs - (this.#sentAtMs[id / TIMED_EVERY] as number));
      } else throw new Error(`${this.#options.deviceId}: an answer that is neither CONNACK nor PUBACK`);
    }
    if (acknowledged > 0) this.#events.acknowledged(this, acknowledged);
  }
}
