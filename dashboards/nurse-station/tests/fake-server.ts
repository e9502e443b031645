/**
 * A stand-in for the alert engine, for development and for the browser's tests: 60 beds at 1 Hz, alerts, and the faults a station must
 * survive (a stall, a dropped socket, a refusal). `node tests/fake-server.ts [port]` serves the built page and this.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { act } from './fake-actions.ts';
import type { FakeAlerts } from './fake-alerts.ts';
import { lookUp } from './fake-lookups.ts';
import { nightScenario } from './fake-scenario.ts';
import { FakeWard } from './fake-ward.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export interface FakeServer {
  readonly url: string;
  readonly ward: FakeWard;
  readonly alerts: FakeAlerts;
  /** Sockets stay open and say nothing, new ones too. */
  stall(stalled: boolean): void;
  /** Says that nobody judges the vitals, until told otherwise. */
  refuse(refusing: boolean): void;
  /** Ends every socket without a word. */
  dropSockets(): void;
  /** The hellos received so far. */
  readonly hellos: readonly { since?: string }[];
  /** An older engine, that knows none of pause, limits, chart and reports. */
  forget(forgetting: boolean): void;
  /** Answers the next acknowledgements with this status. */
  failAcknowledge(status: number | undefined): void;
  close(): Promise<void>;
}

export interface FakeOptions {
  readonly port: number;
  readonly dist: string;
  readonly beds: number;
  /** Each bed's vitals in a frame of their own, through the second, as the engine sends them; otherwise all in one. */
  readonly apart?: boolean;
}

export async function startFakeServer({ port, dist, beds, apart = false }: FakeOptions): Promise<FakeServer> {
  const ward = new FakeWard(beds, Date.now());
  const hellos: { since?: string }[] = [];
  const ready = new Map<WebSocket, boolean>();
  let stalled = false;
  let refusing = false;
  let forgetting = false;
  let acknowledgeStatus: number | undefined;

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(500).end());
  });
  const sockets = new WebSocketServer({ server, path: '/ws' });
  const send = (socket: WebSocket, frame: object): void => {
    if (!stalled) socket.send(JSON.stringify(frame));
  };
  const broadcast = (frame: object): void => {
    for (const [socket, welcomed] of ready) if (welcomed) send(socket, frame);
  };
  const iso = (): string => new Date().toISOString();

  sockets.on('connection', (socket) => {
    ready.set(socket, false);
    socket.on('close', () => ready.delete(socket));
    socket.on('message', (data: Buffer) => {
      const hello = JSON.parse(data.toString()) as { token: string; since?: string };
      hellos.push(hello);
      const role = roleOf(hello.token);
      if (role === undefined) {
        send(socket, { type: 'error', code: 'unauthorized', message: 'The token has expired.' });
        return socket.close();
      }
      send(socket, { type: 'welcome', session: 's1', role, server_time: iso() });
      if (hello.since !== undefined)
        for (const event of ward.alerts.eventsAfter(hello.since)) send(socket, event);
      send(socket, ward.snapshot());
      if (!stalled) ready.set(socket, true);
      send(socket, beat());
    });
  });

  ward.alerts.onEvent = broadcast;
  ward.onLeft = ({ patient_id: patientId, region }) =>
    broadcast({ type: 'left', patient_id: patientId, region, reason: 'discharged', at: iso() });
  const vitals = setInterval(() => {
    const step = ward.step(Date.now());
    if (!apart) return broadcast(step);
    step.patients.forEach((patient, index) => {
      setTimeout(() => broadcast({ ...step, patients: [patient] }), (index * 1000) / step.patients.length);
    });
  }, 1000);
  const beat = (): object =>
    refusing
      ? { type: 'error', code: 'not_monitoring', message: 'The alerting pipeline does not answer.' }
      : { type: 'heartbeat', at: iso() };
  const heart = setInterval(() => broadcast(beat()), 2000);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://station');
    if (!url.pathname.startsWith('/api/')) return serveFile(url.pathname, response);
    const token = request.headers.authorization?.replace('Bearer ', '');
    const role = token === undefined ? undefined : roleOf(token);
    if (role === undefined) {
      return problem(response, 401, 'Not signed in', 'The token has expired.');
    }
    const path = url.pathname.slice('/api'.length);
    const [, acknowledged] = /^\/alerts\/([^/]+)\/acknowledge$/.exec(path) ?? [];
    if (acknowledged !== undefined && request.method === 'POST') {
      if (acknowledgeStatus !== undefined) {
        return problem(response, acknowledgeStatus, 'Unavailable', 'The alert store does not answer.');
      }
      const alert = ward.alerts.acknowledge(acknowledged, nameOf(token ?? ''), Date.now());
      return alert === undefined
        ? problem(response, 404, 'Not found', 'No such alert.')
        : json(response, alert);
    }
    const newer =
      /\/(alarm-pause|limits|chart|reports|transfer|discharge)/.test(path) ||
      (path === '/patients' && request.method === 'POST');
    if (newer && forgetting) return problem(response, 404, 'Not found', 'no such resource');
    if (newer && request.method !== 'GET') {
      const actor = { name: nameOf(token ?? ''), role };
      const answer = act(ward, request.method ?? '', path, await bodyOf(request), actor, Date.now());
      if (answer === undefined) return problem(response, 404, 'Not found', 'no such resource');
      if (answer.status >= 400) return problem(response, answer.status, 'Refused', answer.detail ?? '');
      return answer.body === undefined ? void response.writeHead(204).end() : json(response, answer.body);
    }
    const found = lookUp(ward, path, url.searchParams, Date.now());
    return found === undefined
      ? problem(response, 404, 'Not found', 'No such thing.')
      : json(response, found);
  }

  async function serveFile(path: string, response: ServerResponse): Promise<void> {
    const file = normalize(path === '/' ? '/index.html' : path);
    try {
      const body = await readFile(join(dist, file));
      response.writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        'content-security-policy': "default-src 'self'",
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  }

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ward,
    alerts: ward.alerts,
    hellos,
    stall(next) {
      stalled = next;
    },
    refuse(next) {
      refusing = next;
      broadcast(beat());
    },
    dropSockets() {
      for (const socket of ready.keys()) socket.terminate();
    },
    forget(next) {
      forgetting = next;
    },
    failAcknowledge(status) {
      acknowledgeStatus = status;
    },
    async close() {
      clearInterval(vitals);
      clearInterval(heart);
      for (const socket of ready.keys()) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Unsigned tokens with the claims of real ones. */
export function fakeToken(sub: string, role: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ sub, role, regions: ['Northeast'] })}.fake`;
}

function claimsOf(token: string): { sub: string; role: string } | undefined {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      sub: string;
      role: string;
    };
  } catch {
    return undefined;
  }
}

const roleOf = (token: string): string | undefined => claimsOf(token)?.role;
const nameOf = (token: string): string => claimsOf(token)?.sub ?? 'nobody';

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? {} : JSON.parse(text);
}

function json(response: ServerResponse, body: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function problem(response: ServerResponse, status: number, title: string, detail: string): void {
  response
    .writeHead(status, { 'content-type': 'application/problem+json' })
    .end(JSON.stringify({ type: 'about:blank', status, title, detail }));
}

if (import.meta.main) {
  const fake = await startFakeServer({
    port: Number(process.argv[2] ?? 8080),
    dist: join(import.meta.dirname, '../dist'),
    beds: Number(process.argv[3] ?? 60),
  });
  nightScenario(fake.ward, Date.now());
  process.stdout.write(`${fake.url}/#token=${fakeToken('Ana Ruiz', 'nurse')}\n`);
}
