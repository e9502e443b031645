/**
 * The least that could stand between bedside devices and a station in one process: MQTT in, WebSocket out, a limit with a delay, and, where it is
 * told to, one fsync before each acknowledgement and alert. It checks nobody, judges nothing else, keeps nothing it could read again and knows one
 * station: what it takes is what sockets, the disk and this machine take of everybody.
 */
import { closeSync, fdatasync, openSync, writeSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@vitalwire/core/runtime/clock.ts';
import { toIso } from '@vitalwire/core/runtime/iso-time.ts';
import { decodeReading } from '@vitalwire/core/vitals/codec.ts';
import type { Reading } from '@vitalwire/core/vitals/reading.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { WebSocketServer, type WebSocket } from 'ws';
import { ALARM_DELAY_MS } from '../embedded.ts';
import { DevicePackets } from './device-packets.ts';

/** As far apart as the alert engine sends them. */
const FRAME_EVERY_MS = 15;
const HEARTBEAT_MS = 2_000;
const LOW_OXYGEN_PERCENT = 90;
const CONNACK = Buffer.from([0x20, 2, 0, 0]);

interface Taken {
  readonly reading: Reading;
  readonly payload: Uint8Array;
  readonly acknowledge: () => void;
}

const [dataDir] = process.argv.slice(2);
const file = dataDir === undefined ? undefined : openSync(join(dataDir, 'relay.log'), 'a');
let station: WebSocket | undefined;
let taken: Taken[] = [];
let isSyncing = false;
let isScheduled = false;
const shown = new Map<string, Reading>();
const onsets = new Map<string, number>();
let alerts = 0;

function take(one: Taken): void {
  taken.push(one);
  if (isScheduled || isSyncing) return;
  isScheduled = true;
  setImmediate(() => {
    isScheduled = false;
    settle();
  });
}

/** What came meanwhile shares the next fsync. */
function settle(): void {
  const batch = taken;
  taken = [];
  if (file === undefined) return batch.forEach(tell);
  isSyncing = true;
  writeSync(file, Buffer.concat(batch.map(({ payload }) => payload)));
  fdatasync(file, (error) => {
    if (error) throw error;
    isSyncing = false;
    batch.forEach(tell);
    if (taken.length > 0) settle();
  });
}

function tell({ reading, acknowledge }: Taken): void {
  acknowledge();
  judge(reading);
  shown.set(reading.patientId, reading);
}

function judge({ patientId, measuredAtMs, vitals }: Reading): void {
  if ((vitals.oxygen_saturation ?? 100) >= LOW_OXYGEN_PERCENT) return void onsets.delete(patientId);
  const onsetMs = onsets.get(patientId);
  if (onsetMs === undefined) return void onsets.set(patientId, measuredAtMs);
  if (measuredAtMs - onsetMs < ALARM_DELAY_MS) return;
  onsets.set(patientId, Infinity);
  const alert = {
    id: String(++alerts),
    version: 1,
    event: 'raised',
    patient_id: patientId,
    type: 'oxygen_saturation',
    kind: 'physiological',
    onset: toIso(onsetMs),
  };
  station?.send(JSON.stringify({ type: 'alert', cursor: alert.id, alert }));
}

function showVitals(): void {
  if (shown.size === 0) return;
  const patients = [...shown.values()].map(({ patientId, deviceId, region, measuredAtMs, vitals }) => {
    const measured_at = toIso(measuredAtMs);
    const shownVitals: Record<string, unknown> = {};
    for (const name of VITALS) {
      const value = vitals[name];
      if (value !== undefined) shownVitals[name] = { value, measured_at, validity: 'valid' };
    }
    return { patient_id: patientId, device_id: deviceId, region, vitals: shownVitals };
  });
  shown.clear();
  station?.send(JSON.stringify({ type: 'vitals', at: toIso(systemClock.now()), patients }));
}

const mqtt = createServer({ noDelay: true }, (socket) => {
  const packets = new DevicePackets({
    connect: () => void socket.write(CONNACK),
    publish: (messageId, payload) =>
      take({
        reading: decodeReading(payload),
        payload,
        acknowledge: () => void socket.write(Buffer.from([0x40, 2, messageId >> 8, messageId & 0xff])),
      }),
  });
  socket.on('data', (chunk) => packets.push(chunk));
  socket.on('error', () => socket.destroy());
});
const http = createHttpServer();
new WebSocketServer({ server: http, perMessageDeflate: false }).on('connection', (socket) => {
  socket.once('message', () => {
    station = socket;
    socket.send(JSON.stringify({ type: 'snapshot', cursor: '0', patients: [] }));
  });
});
systemClock.every(FRAME_EVERY_MS, showVitals);
systemClock.every(HEARTBEAT_MS, () => station?.send(JSON.stringify({ type: 'heartbeat' })));

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  );
process.once('disconnect', () => {
  if (file !== undefined) closeSync(file);
  process.exit();
});
process.send?.({ mqttPort: await listening(mqtt), httpPort: await listening(http) });
