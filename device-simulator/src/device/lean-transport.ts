import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Cancel, Clock } from '@vitalwire/core/runtime/clock.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import { InFlightList } from '@vitalwire/core/runtime/in-flight-list.ts';
import { DISCONNECT, PINGREQ, PacketReader, connectPacket, mqttText, publishPacket } from './mqtt-wire.ts';
import type {
  ConnectOptions,
  ConnectTransport,
  OutgoingMessage,
  Refusal,
  Transport,
  TransportEvents,
} from './transport.ts';

const PACKET_ID_MAX = 0xffff;
/** Of one read; what a broker sends a publisher is a few bytes. */
const READ_BYTES = 16 * 1024;
const REFUSALS: Readonly<Record<number, string>> = {
  1: 'unacceptable protocol version',
  2: 'identifier rejected',
  3: 'server unavailable',
  4: 'bad user name or password',
  5: 'not authorized',
};

/**
 * MQTT 3.1.1 on a bare socket (`mqtt:` and `mqtts:`): a load tester must cost less than what it measures, and mqtt.js does not. What all
 * connections of one `leanTransport` publish in a turn of the event loop leaves in one write a connection.
 */
export function leanTransport(clock: Clock): ConnectTransport {
  let unwritten: LeanConnection[] = [];
  // One for all: Node makes 64 KiB anew for each read, and a reader keeps nothing of it beyond its call.
  const readBuffer = Buffer.allocUnsafe(READ_BYTES);
  const flush = (): void => {
    const connections = unwritten;
    unwritten = [];
    for (const connection of connections) connection.flush();
  };
  const hasQueued = (connection: LeanConnection): void => {
    if (unwritten.push(connection) === 1) setImmediate(flush);
  };
  return (options, events) => new LeanConnection(options, events, clock, readBuffer, hasQueued);
}

class LeanConnection implements Transport {
  readonly #socket: Socket;
  readonly #events: TransportEvents;
  readonly #hasQueued: (connection: LeanConnection) => void;
  readonly #topics = new Map<string, Buffer>();
  readonly #awaited = new InFlightList<number, (refusal: Refusal | undefined) => void>();
  #queue: Buffer[] = [];
  #packetId = 0;
  #isUp = false;
  #isRefused = false;
  #reason = 'the connection was closed';
  #wroteSincePing = false;
  #awaitsPingresp = false;
  #cancelTimer: Cancel;
  readonly #closed: Promise<void>;

  constructor(
    options: ConnectOptions,
    events: TransportEvents,
    clock: Clock,
    readBuffer: Buffer,
    hasQueued: (connection: LeanConnection) => void,
  ) {
    this.#events = events;
    this.#hasQueued = hasQueued;
    const reader = new PacketReader({
      connack: (code) => this.#onConnack(code, options.keepaliveS, clock),
      puback: (packetId) => this.#onPuback(packetId),
      pingresp: () => (this.#awaitsPingresp = false),
    });
    const socket = openSocket(options.url, readBuffer, (chunk) => {
      try {
        reader.push(chunk);
      } catch (error) {
        this.#fail(messageOf(error));
      }
    });
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      // A host with several addresses fails with an AggregateError that has no message.
      this.#reason = messageOf(error) || String(error.code);
    });
    this.#closed = new Promise((resolve) => {
      socket.once('close', () => {
        this.#cancelTimer();
        this.#isUp = false;
        this.#awaited.takeAll();
        this.#queue = [];
        events.onClosed({ refused: this.#isRefused, reason: this.#reason });
        resolve();
      });
    });
    this.#cancelTimer = clock.after(options.connectTimeoutMs, () =>
      this.#fail(`no answer within ${options.connectTimeoutMs / 1_000} s`),
    );
    // Written before the socket is connected: it leaves as soon as it is.
    socket.write(
      connectPacket({
        clientId: options.deviceId,
        password: options.token,
        keepaliveS: options.keepaliveS,
        will: options.will,
      }),
    );
  }

  publish(message: OutgoingMessage, onAcknowledged: (refusal: Refusal | undefined) => void): void {
    if (!this.#isUp) return;
    const packetId = this.#nextPacketId();
    this.#awaited.push(packetId, onAcknowledged);
    this.#queue.push(publishPacket(this.#topic(message.topic), packetId, message.payload, message.retain));
    if (this.#queue.length === 1) this.#hasQueued(this);
  }

  flush(): void {
    const queue = this.#queue;
    if (queue.length === 0 || this.#socket.destroyed) return;
    this.#queue = [];
    this.#wroteSincePing = true;
    this.#socket.write(queue.length === 1 && queue[0] ? queue[0] : Buffer.concat(queue));
  }

  end(): Promise<void> {
    if (!this.#socket.destroyed) {
      this.flush();
      if (this.#isUp) this.#socket.end(DISCONNECT);
      else this.#socket.destroy();
    }
    return this.#closed;
  }

  drop(): void {
    this.#socket.destroy();
  }

  #onConnack(code: number, keepaliveS: number, clock: Clock): void {
    this.#cancelTimer();
    if (code !== 0) {
      this.#isRefused = true;
      this.#fail(`Connection refused: ${REFUSALS[code] ?? `code ${code}`}`);
      return;
    }
    this.#isUp = true;
    // Half the interval: a device that publishes never has to ping, and one that does not is never late.
    this.#cancelTimer = clock.every(keepaliveS * 500, () => this.#keepAlive());
    this.#events.onConnected();
  }

  #onPuback(packetId: number): void {
    const onAcknowledged = this.#awaited.take(packetId);
    if (onAcknowledged === undefined) return this.#fail(`a PUBACK for ${packetId}, which nobody awaits`);
    onAcknowledged(undefined);
  }

  #keepAlive(): void {
    if (this.#awaitsPingresp) return this.#fail('no answer to a ping');
    if (!this.#wroteSincePing) {
      this.#awaitsPingresp = true;
      this.#socket.write(PINGREQ);
    }
    this.#wroteSincePing = false;
  }

  #fail(reason: string): void {
    this.#reason = reason;
    this.#socket.destroy();
  }

  #topic(name: string): Buffer {
    let topic = this.#topics.get(name);
    if (topic === undefined) this.#topics.set(name, (topic = mqttText(name)));
    return topic;
  }

  #nextPacketId(): number {
    do this.#packetId = (this.#packetId % PACKET_ID_MAX) + 1;
    while (this.#awaited.has(this.#packetId));
    return this.#packetId;
  }
}

/** `onData` is given bytes that are the next read's when it returns. */
function openSocket(url: string, readBuffer: Buffer, onData: (chunk: Buffer) => void): Socket {
  const { protocol, hostname, port } = new URL(url);
  // Node keeps the brackets of an IPv6 address.
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol === 'mqtt:') {
    const callback = (bytes: number): boolean => {
      onData(readBuffer.subarray(0, bytes));
      return true;
    };
    return connectTcp({ host, port: Number(port || 1883), onread: { buffer: readBuffer, callback } });
  }
  if (protocol === 'mqtts:') {
    return connectTls({ host, port: Number(port || 8883), servername: host }).on('data', onData);
  }
  throw new RangeError(`the lean client speaks mqtt: and mqtts:, not ${protocol}`);
}
