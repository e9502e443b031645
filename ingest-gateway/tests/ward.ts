/** A gateway on a free port, with a log in memory, and devices that publish to it. */
import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import mqttPacket from 'mqtt-packet';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { signDeviceToken } from '@vitalwire/core/identity/token.ts';
import type { EventLog, NewRecord } from '@vitalwire/core/ports/event-log.ts';
import type { DevicePresence } from '@vitalwire/core/ports/live-bus.ts';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { Registry } from '@vitalwire/core/runtime/metrics.ts';
import { encodeDeviceStatus, encodeReading } from '@vitalwire/core/vitals/codec.ts';
import { decodePresence } from '@vitalwire/core/vitals/presence-codec.ts';
import { NO_MARKS, type DeviceStatus, type Reading } from '@vitalwire/core/vitals/reading.ts';
import { noVitals } from '@vitalwire/core/vitals/vital.ts';
import type { GatewayLimits } from '../src/limits.ts';
import { startIngestGateway, type IngestGateway, type IngestGatewayConfig } from '../src/start.ts';
import { FaultyLog } from './faulty-log.ts';

export const SECRET = 'a secret of at least thirty-two characters';
export const REGION = 'Northeast';

export interface Ward<L extends EventLog = FaultyLog> {
  readonly log: L;
  readonly gateway: IngestGateway;
  readonly registry: Registry;
  /** Log lines, parsed. */
  readonly lines: Record<string, unknown>[];
  metric(name: string, labels?: Record<string, string>): Promise<number>;
}

export async function openWard(limits: Partial<GatewayLimits> = {}): Promise<Ward> {
  return openWardOn(new FaultyLog(), limits);
}

export async function openWardOn<L extends EventLog>(
  log: L,
  limits: Partial<GatewayLimits> = {},
  changes: Partial<IngestGatewayConfig> = {},
): Promise<Ward<L>> {
  const registry = new Registry();
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: 'debug' }, { write: (line) => void lines.push(JSON.parse(line)) });
  const gateway = await startIngestGateway(
    {
      host: '127.0.0.1',
      port: 0,
      deviceSecret: SECRET,
      regions: [REGION, 'West'],
      futureToleranceMs: 60_000,
      limits: { retryFirstPauseMs: 10, retryMaxPauseMs: 50, ...limits },
      ...changes,
    },
    { log, clock: systemClock, logger, registry },
  );
  return {
    log,
    gateway,
    registry,
    lines,
    async metric(name, labels = {}) {
      const metric = await registry.getSingleMetric(`vitalwire_gateway_${name}`)?.get();
      const wanted = Object.entries(labels);
      const values = metric?.values.filter((value) =>
        wanted.every(([label, text]) => (value.labels as Record<string, unknown>)[label] === text),
      );
      return values?.[0]?.value ?? 0;
    },
  };
}

export const token = (deviceId: string, region = REGION): Promise<string> =>
  signDeviceToken({ deviceId, region }, SECRET);

export async function openDevice(
  ward: { readonly gateway: IngestGateway },
  deviceId: string,
  options: IClientOptions = {},
): Promise<MqttClient> {
  const client = await connectAsync(
    `mqtt://127.0.0.1:${ward.gateway.port}`,
    {
      clientId: deviceId,
      username: deviceId,
      password: await token(deviceId),
      reconnectPeriod: 0,
      ...options,
    },
    false,
  );
  client.on('error', () => undefined);
  return client;
}

export const topicOf = (deviceId: string, leaf = 'readings', region = REGION): string =>
  `vitals/v1/${region}/${deviceId}/${leaf}`;

export function reading(deviceId: string, sequence: number, changes: Partial<Reading> = {}): Reading {
  return {
    deviceId,
    patientId: `patient-of-${deviceId}`,
    region: REGION,
    bootId: 7,
    sequence,
    measuredAtMs: Date.now(),
    mode: 'test',
    vitals: { ...noVitals(), heartbeat: 72, oxygen_saturation: 97 },
    validity: NO_MARKS,
    supplementalOxygen: undefined,
    consciousness: 'unknown',
    batteryPercent: undefined,
    ...changes,
  };
}

export const readingBytes = (deviceId: string, sequence: number, changes: Partial<Reading> = {}): Buffer =>
  Buffer.from(encodeReading(reading(deviceId, sequence, changes)));

export function statusBytes(deviceId: string, changes: Partial<DeviceStatus> = {}): Buffer {
  return Buffer.from(
    encodeDeviceStatus({
      deviceId,
      patientId: `patient-of-${deviceId}`,
      region: REGION,
      bootId: 7,
      state: 'born',
      deviceTimeMs: Date.now(),
      model: 'M1',
      firmware: '1.0',
      batteryPercent: undefined,
      ...changes,
    }),
  );
}

export const presenceOf = (log: FaultyLog, deviceId: string): DevicePresence[] =>
  log
    .of('devices.presence')
    .filter((record) => record.key === deviceId)
    .map((record) => decodePresence(record.value as Uint8Array));

export const statesOf = (log: FaultyLog, deviceId: string): string[] =>
  presenceOf(log, deviceId).map((presence) => presence.state);

export const valuesOf = (records: readonly NewRecord[]): string[] =>
  records.map((record) => Buffer.from(record.value ?? []).toString('hex'));

/** Of a machine that is busy with everything else. */
const PATIENCE_MS = 20_000;

/** Waits until it is so; fails with what `is` last threw, or says that it never was. */
export async function until(is: () => boolean | Promise<boolean>, what = 'it'): Promise<void> {
  for (const endMs = performance.now() + PATIENCE_MS; performance.now() < endMs; await sleep(5)) {
    if (await is()) return;
  }
  throw new Error(`${what} did not come about in ${PATIENCE_MS / 1000} s`);
}

/** A client that speaks bytes: what it sends need not be MQTT, and it sees every packet it gets. */
export interface RawDevice {
  readonly socket: Socket;
  readonly packets: mqttPacket.Packet[];
  send(packet: mqttPacket.Packet): void;
  readonly closed: Promise<void>;
}

export async function openRaw(port: number): Promise<RawDevice> {
  const socket = connectSocket({ host: '127.0.0.1', port, noDelay: true });
  const packets: mqttPacket.Packet[] = [];
  const parser = mqttPacket.parser();
  parser.on('packet', (packet) => void packets.push(packet));
  socket.on('data', (bytes) => void parser.parse(bytes));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
  await once(socket, 'connect');
  return {
    socket,
    packets,
    closed,
    send: (packet) => void socket.write(mqttPacket.generate(packet)),
  };
}

export async function connectPacket(
  deviceId: string,
  changes: Partial<mqttPacket.IConnectPacket> = {},
): Promise<mqttPacket.IConnectPacket> {
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    keepalive: 60,
    clientId: deviceId,
    username: deviceId,
    password: Buffer.from(await token(deviceId)),
    ...changes,
  };
}

export const publishPacket = (
  topic: string,
  payload: Buffer,
  messageId: number,
): mqttPacket.IPublishPacket => ({
  cmd: 'publish',
  topic,
  payload,
  qos: 1,
  dup: false,
  retain: false,
  messageId,
});
