/**
 * The serving side of `fan-out`, as a process of its own whose CPU is measured: the alert engine with its hub, or bare `ws` that sends
 * frames it is given. Both on the same library in the same process, one after the other.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULT_BOUNDS } from '@vitalwire/alert-engine/config.ts';
import { newAlert } from '@vitalwire/alert-engine/lifecycle/new-alert.ts';
import { startAlertEngine } from '@vitalwire/alert-engine/start.ts';
import { openSqlitePorts } from '@vitalwire/core/adapters/sqlite/open-sqlite-ports.ts';
import { conditionId } from '@vitalwire/core/alarms/condition-codec.ts';
import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import { parseAlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { signStaffToken } from '@vitalwire/core/identity/token.ts';
import type { LiveVitals } from '@vitalwire/core/ports/live-bus.ts';
import { systemClock, type Cancel } from '@vitalwire/core/runtime/clock.ts';
import { createLogger } from '@vitalwire/core/runtime/logger.ts';
import { createRegistry } from '@vitalwire/core/runtime/metrics.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { packLatest } from '@vitalwire/core/vitals/latest.ts';
import { WebSocketServer, type WebSocket } from 'ws';
import type { FromServer, TimedFrame, ToServer } from './messages.ts';

interface Serving {
  readonly url: string;
  readonly token: string;
  /** Begins what the stations are sent. */
  play(): void;
  /** Another alert; resolves once the store has it. */
  raise(): Promise<unknown>;
  close(): Promise<void>;
}

const SECRET = 'bench-staff-secret-bench-staff-secret-bench';
const REGION = 'Northeast';
const BEAT_MS = 1_000;
const PARTITIONS = 1;
/** From the last frame of a round to the first of the next: as far apart as frames of so many stations are. */
const ROUND_PAUSE_MS = 50;

let serving: Serving | undefined;

process.on('message', (message: ToServer) => void obey(message).then((answer) => process.send?.(answer)));
process.once('disconnect', () => process.exit());

async function obey(message: ToServer): Promise<FromServer> {
  if (message.do === 'serve-hub') serving = await serveHub(message.beds);
  else if (message.do === 'serve-raw') serving = await serveRaw(message.frames);
  else if (message.do === 'play') serving?.play();
  else if (message.do === 'raise') {
    const raisedAtMs = performance.timeOrigin + performance.now();
    await serving?.raise();
    return { raisedAtMs };
  } else if (message.do === 'close') await serving?.close();
  if (serving && message.do.startsWith('serve')) return { url: serving.url, token: serving.token };
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, memoryMiB: process.memoryUsage().rss / 2 ** 20 };
}

/** The alert engine with every bed's vitals once a second over the live bus, spread over the second as real ones are. */
async function serveHub(beds: number): Promise<Serving> {
  const folder = mkdtempSync(join(tmpdir(), 'vitalwire-bench-fan-out-'));
  const shared = { clock: systemClock, logger: createLogger('bench', 'error') };
  const registry = createRegistry('bench');
  const ports = await openSqlitePorts({
    ...shared,
    path: join(folder, 'bench.db'),
    partitions: PARTITIONS,
    registry: undefined,
  });
  const alarms = fileURLToPath(import.meta.resolve('@vitalwire/core/config/alarms.yaml'));
  const engine = await startAlertEngine(
    {
      host: '127.0.0.1',
      port: 0,
      staffSecret: SECRET,
      regions: [REGION],
      alarmSettings: parseAlarmSettings(readFileSync(alarms, 'utf8')),
      stationRoot: undefined,
      bounds: DEFAULT_BOUNDS,
    },
    { ...shared, ports, registry, exposition: registry, dependencies: [], random: Math.random },
  );
  const cancels: Cancel[] = [];
  let raised = 0;
  const beat = (bed: number): void => void ports.live.publishVitals([vitalsOf(bed)]);
  return {
    url: `ws://127.0.0.1:${engine.port}/ws`,
    token: await signStaffToken({ name: 'bench', role: 'nurse', regions: [REGION] }, SECRET, '1h'),
    play() {
      for (let bed = 0; bed < beds; bed++) {
        const start = (): void => {
          beat(bed);
          cancels.push(systemClock.every(BEAT_MS, () => beat(bed)));
        };
        cancels.push(systemClock.after((BEAT_MS * bed) / beds, start));
      }
    },
    raise: () =>
      ports.alerts.commit({
        event: 'raised',
        actor: 'bench',
        atMs: systemClock.now(),
        reason: undefined,
        alert: newAlert(conditionOf(raised++)),
      }),
    async close() {
      for (const cancel of cancels) cancel();
      await engine.stop();
      await ports.close();
      rmSync(folder, { recursive: true });
    },
  };
}

function vitalsOf(bed: number): LiveVitals {
  const measuredAtMs = Math.round(systemClock.now());
  const vital = { value: 70 + (measuredAtMs % 9), measuredAtMs, validity: 'valid' } as const;
  return {
    patientId: `P-${bed}`,
    region: REGION,
    deviceId: `MON-${bed}`,
    mode: 'real',
    measuredAtMs,
    vitals: packLatest(Object.fromEntries(VITALS.map((name) => [name, vital]))),
    pending: [],
  };
}

function conditionOf(bed: number): ConditionEvent {
  const [patientId, type, atMs] = [`P-${bed}`, 'low_oxygen_saturation', systemClock.now()] as const;
  return {
    id: conditionId(patientId, type, atMs),
    revision: 1,
    event: 'began',
    patientId,
    region: REGION,
    deviceId: `MON-${bed}`,
    type,
    priority: 'medium',
    value: 84,
    threshold: 90,
    onsetMs: atMs,
    atMs,
    mode: 'real',
    settingsVersion: 'bench',
  };
}

/** What `ws` alone costs: the frames as they were, at the times at which they came, round and round. */
async function serveRaw(frames: readonly TimedFrame[]): Promise<Serving> {
  const http = createServer();
  const sockets = new Set<WebSocket>();
  const server = new WebSocketServer({ server: http, clientTracking: false, perMessageDeflate: false });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  let isOver = false;
  const play = async (): Promise<void> => {
    let dueMs = systemClock.monotonic();
    for (let n = 0; frames.length > 0; n++) {
      const frame = frames[n % frames.length]!;
      // A server that is late sends no burst to make up for it: neither does the hub, which conflates.
      const nowMs = systemClock.monotonic();
      dueMs = Math.max(nowMs, dueMs);
      await systemClock.sleep(dueMs - nowMs);
      if (isOver) return;
      // Made anew each time, as the hub has to.
      const bytes = Buffer.from(frame.text);
      for (const socket of sockets) socket.send(bytes, { binary: false });
      const next = frames[(n + 1) % frames.length]!;
      dueMs += next.atMs > frame.atMs ? next.atMs - frame.atMs : ROUND_PAUSE_MS;
    }
  };
  return {
    url: `ws://127.0.0.1:${(http.address() as AddressInfo).port}`,
    token: '',
    play: () => void play(),
    raise: () => Promise.reject(new TypeError('bare ws knows no alerts')),
    async close() {
      isOver = true;
      for (const socket of sockets) socket.terminate();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
