/** A deployment in few lines: a broker, its stores, its API and its WebSocket. Honest, or lying of each patient in one way. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseAlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { decodeReading } from '@vitalwire/core/vitals/codec.ts';
import type { Reading } from '@vitalwire/core/vitals/reading.ts';
import { WebSocketServer, type WebSocket } from 'ws';
import { CrossingOracle } from '../../src/oracle/crossings.ts';
import { startBroker } from './broker.ts';

export const LIES = [
  'loses a reading',
  'stores a reading twice',
  'invents a reading',
  'raises no alert',
  'shows no alert',
  'raises an alert twice',
  'raises an alert late',
  'raises an alert for nothing',
  'leaves out a version',
  'goes back in time',
  'does not show the newest',
] as const;
export type Lie = (typeof LIES)[number];

interface FakeAlert {
  readonly id: string;
  readonly patient_id: string;
  readonly type: string;
  readonly kind: string;
  readonly onset: string;
  readonly timestamp: string;
  readonly version: number;
  readonly event: string;
}

export interface FakeDeployment {
  readonly mqttUrl: string;
  readonly apiUrl: string;
  stop(): Promise<void>;
}

const iso = (ms: number): string => new Date(ms).toISOString();
/** Beyond what a busy machine may need, and within what a test waits for what never comes. */
const LATE_MS = 5_000;

export async function startFakeDeployment(
  alarms: string,
  lieOf: (patientId: string) => Lie | undefined,
): Promise<FakeDeployment> {
  const broker = await startBroker();
  const settings = parseAlarmSettings(alarms);
  const oracles = new Map<string, CrossingOracle>();
  const points = new Map<string, Reading[]>();
  const alerts: FakeAlert[] = [];
  const stations = new Set<WebSocket>();
  const broadcast = (frame: unknown): void => {
    for (const station of stations) station.send(JSON.stringify(frame));
  };

  const http = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://fake');
    const patient = /^\/api\/patients\/([^/]+)\/vitals$/.exec(url.pathname)?.[1];
    if (request.headers.authorization !== 'Bearer staff') return answer(response, 401, {});
    if (url.pathname === '/api/alerts')
      return answer(response, 200, { items: alerts.toReversed(), next: null });
    if (patient === undefined) return answer(response, 404, {});
    const stored = points.get(patient);
    if (!stored) return answer(response, 404, {});
    const [from, to] = [Date.parse(url.searchParams.get('from')!), Date.parse(url.searchParams.get('to')!)];
    answer(response, 200, {
      points: stored
        .filter(({ measuredAtMs }) => measuredAtMs >= from && measuredAtMs < to)
        .map(({ measuredAtMs, deviceId }) => ({ at: iso(measuredAtMs), device_id: deviceId })),
      next: null,
    });
  });
  const sockets = new WebSocketServer({ server: http, path: '/ws' });
  sockets.on('connection', (socket) => {
    socket.once('message', () => {
      socket.send(JSON.stringify({ type: 'snapshot', cursor: '0', patients: [] }));
      stations.add(socket);
    });
    socket.on('close', () => stations.delete(socket));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));

  const raise = (patientId: string, type: string, onsetMs: number, atMs: number): void => {
    const lie = lieOf(patientId);
    const alert = {
      id: `A${alerts.length}`,
      patient_id: patientId,
      type,
      kind: 'physiological',
      onset: iso(onsetMs),
      timestamp: iso(atMs),
      version: lie === 'leaves out a version' ? 2 : 1,
      event: 'raised',
    };
    alerts.push({ ...alert, version: 1 });
    if (lie !== 'shows no alert') broadcast({ type: 'alert', cursor: String(alerts.length), alert });
  };
  const take = (reading: Reading): void => {
    const { patientId, sequence, measuredAtMs } = reading;
    const lie = lieOf(patientId);
    const stored = points.get(patientId) ?? [];
    points.set(patientId, stored);
    if (!(lie === 'loses a reading' && sequence === 7)) stored.push(reading);
    if (lie === 'stores a reading twice' && sequence === 7) stored.push(reading);
    if (lie === 'invents a reading' && sequence === 7)
      stored.push({ ...reading, measuredAtMs: measuredAtMs + 3 });
    const shownMs = lie === 'goes back in time' && sequence === 7 ? measuredAtMs - 10_000 : measuredAtMs;
    if (lie !== 'does not show the newest' || sequence < 20) {
      const heartbeat = { value: reading.vitals.heartbeat, measured_at: iso(shownMs) };
      broadcast({ type: 'vitals', patients: [{ patient_id: patientId, vitals: { heartbeat } }] });
    }
    if (lie === 'raises an alert for nothing' && sequence === 7)
      raise(patientId, 'low_temperature', measuredAtMs, measuredAtMs);
    const oracle = oracles.get(patientId) ?? new CrossingOracle(settings);
    oracles.set(patientId, oracle);
    oracle.observe(0, reading, measuredAtMs, ({ type, onsetMs, completedMs }) => {
      const tell = (): void => raise(patientId, type, onsetMs, completedMs);
      if (lie === 'raises an alert late') setTimeout(tell, LATE_MS);
      else if (lie !== 'raises no alert') tell();
      if (lie === 'raises an alert twice') tell();
    });
  };

  let taken = 0;
  const processing = setInterval(() => {
    for (; taken < broker.arrivals.length; taken++) {
      const { topic, payload } = broker.arrivals[taken]!;
      if (topic.endsWith('/readings')) take(decodeReading(payload));
    }
  }, 5);
  const heartbeats = setInterval(() => broadcast({ type: 'heartbeat', at: iso(Date.now()) }), 500);
  return {
    mqttUrl: broker.url,
    apiUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    async stop() {
      clearInterval(processing);
      clearInterval(heartbeats);
      for (const socket of sockets.clients) socket.terminate();
      http.closeAllConnections();
      await new Promise<void>((resolve) => http.close(() => resolve()));
      await broker.stop();
    },
  };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
