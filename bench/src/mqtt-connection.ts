/**
 * The least an MQTT 3.1.1 publisher can be, on a bare socket: a load generator must cost less than what it measures, and mqtt.js does
 * not. Publishes QoS 1 and tells of each PUBACK.
 */
import { connect as connectSocket, type Socket } from 'node:net';
import { generate, parser } from 'mqtt-packet';

const PUBACK = 0x40;

export interface MqttConnection {
  /** Queues a PUBLISH; what is queued in one turn of the event loop leaves in one write. Returns the packet id. */
  publish(payload: Uint8Array): number;
  close(): void;
}

export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly password: string;
  readonly topic: string;
  readonly onPuback: (packetId: number) => void;
  readonly onEnd: (reason: string) => void;
}

export async function connectMqtt(options: ConnectionOptions): Promise<MqttConnection> {
  const socket = connectSocket(options.port, options.host);
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  await handshake(socket, options);
  socket.on('error', (error) => options.onEnd(error.message));
  socket.on('close', () => options.onEnd('closed'));
  readPubacks(socket, options.onPuback);

  const topic = Buffer.from(options.topic);
  let packetId = 0;
  let queue: Buffer[] = [];
  const flush = (): void => {
    socket.write(queue.length === 1 ? queue[0]! : Buffer.concat(queue));
    queue = [];
  };
  return {
    publish(payload) {
      packetId = (packetId % 0xffff) + 1;
      if (queue.length === 0) setImmediate(flush);
      queue.push(publishPacket(topic, packetId, payload));
      return packetId;
    },
    close: () => socket.destroy(),
  };
}

function handshake(socket: Socket, { clientId, password }: ConnectionOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const incoming = parser({ protocolVersion: 4 });
    const onData = (chunk: Buffer): void => void incoming.parse(chunk);
    incoming.on('packet', (packet) => {
      socket.off('data', onData);
      if (packet.cmd === 'connack' && packet.returnCode === 0) resolve();
      else reject(new Error(`${clientId}: refused (${JSON.stringify(packet)})`));
    });
    socket.on('data', onData);
    socket.write(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        clientId,
        keepalive: 0,
        username: clientId,
        password: Buffer.from(password),
      }),
    );
  });
}

/** PUBACKs are four bytes each and all that a publisher is sent. */
function readPubacks(socket: Socket, onPuback: (packetId: number) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let at = 0;
    for (; at + 4 <= bytes.length; at += 4) {
      if (bytes[at] !== PUBACK) throw new Error(`expected a PUBACK, got packet type ${bytes[at]}`);
      onPuback(bytes.readUInt16BE(at + 2));
    }
    rest = bytes.subarray(at);
  });
}

function publishPacket(topic: Buffer, packetId: number, payload: Uint8Array): Buffer {
  const length = 2 + topic.length + 2 + payload.length;
  const lengthBytes = length < 128 ? 1 : length < 16_384 ? 2 : 3;
  const packet = Buffer.allocUnsafe(1 + lengthBytes + length);
  packet[0] = 0x32;
  let at = 1;
  for (let rest = length; ; rest >>>= 7) {
    packet[at++] = rest > 127 ? (rest & 127) | 128 : rest;
    if (rest <= 127) break;
  }
  at = packet.writeUInt16BE(topic.length, at);
  at += topic.copy(packet, at);
  at = packet.writeUInt16BE(packetId, at);
  packet.set(payload, at);
  return packet;
}
