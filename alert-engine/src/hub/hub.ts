import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { VerifyStaff } from '@vitalwire/core/identity/staff-tokens.ts';
import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';
import type { DevicePresence } from '@vitalwire/core/ports/live-bus.ts';
import type { Cancel, Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import { toIso } from '@vitalwire/core/runtime/iso-time.ts';
import { retry } from '@vitalwire/core/runtime/retry.ts';
import type { Service } from '@vitalwire/core/runtime/service.ts';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AlertEngineBounds } from '../config.ts';
import type { CommitSignal } from '../live/commit-signal.ts';
import { isDischarged, type Departure, type LiveView } from '../live/live-view.ts';
import { vitalsEntry } from '../live/patient-document.ts';
import type { AlertEngineMetrics } from '../metrics.ts';
import { AlertFeed } from './alert-feed.ts';
import { decodeCursor } from './cursor.ts';
import { Gate } from './gate.ts';
import { greet, parseHello } from './greeting.ts';
import { Heartbeat } from './heartbeat.ts';
import { join } from './join.ts';
import {
  errorFrame,
  heartbeatFrame,
  helloSchema,
  leftFrame,
  welcomeFrame,
  type CloseReason,
  type Hello,
} from './protocol.ts';
import { Session, closeSocket, type SessionDeps } from './session.ts';
import { SharedFrame } from './shared-frame.ts';
import { VitalsFanout, type VitalsFrame } from './vitals-fanout.ts';

export interface HubDeps {
  readonly alerts: AlertStore;
  readonly commits: CommitSignal;
  readonly view: LiveView;
  readonly regions: readonly string[];
  readonly verifyStaff: VerifyStaff;
  readonly bounds: AlertEngineBounds;
  readonly receipts: SessionDeps['receipts'];
  /** Why the feed cannot be vouched for; undefined while it can. */
  readonly doubt: () => string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: AlertEngineMetrics;
  readonly random: () => number;
}

const PING_EVERY_MS = 20_000;
const JOIN_FIRST_PAUSE_MS = 100;
const JOIN_MAX_PAUSE_MS = 2_000;
const CLOSE_GRACE_MS = 500;
const CLOSE_STEP_MS = 20;

/** The stations: their connections, and what each is sent. See protocol.ts for what a client sees. */
export class Hub implements Service {
  readonly name = 'hub';
  readonly feed: AlertFeed;
  readonly #deps: HubDeps;
  readonly #server: WebSocketServer;
  readonly #hello;
  readonly #connections = new Set<WebSocket>();
  readonly #sessions = new Map<WebSocket, Session>();
  readonly #answered = new WeakSet<WebSocket>();
  readonly #fanout: VitalsFanout;
  readonly #joins: Gate;
  readonly #heartbeat: Heartbeat;
  #stopPinging: Cancel | undefined;
  #stopping = false;

  constructor(deps: HubDeps) {
    this.#deps = deps;
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: deps.bounds.clientFrameBytesMax,
    });
    this.#hello = helloSchema(deps.bounds);
    this.#heartbeat = new Heartbeat(deps, () => this.#sessions.values());
    this.#joins = new Gate(deps.bounds.joinsMax);
    this.feed = new AlertFeed(deps, {
      event: (stored) => {
        for (const session of this.#sessions.values()) session.onEvent(stored);
        deps.metrics.alertFanoutLatency.observe(Math.max(0, deps.clock.now() - stored.event.atMs) / 1000);
      },
      lost: () => this.#closeAll('alert events were missed; come back with since'),
    });
    this.#fanout = new VitalsFanout({
      clock: deps.clock,
      intervalMs: deps.bounds.vitalsIntervalMs,
      audience: () => this.#sessions.size,
      regionOf: (patientId) => deps.view.regionOf(patientId),
      // A device left running would bring back who was discharged.
      entryOf(patientId) {
        const facts = deps.view.facts(patientId, '');
        return isDischarged(facts.patient) ? undefined : JSON.stringify(vitalsEntry(facts));
      },
      send: (region, frame) => this.#sendVitals(region, frame),
    });
    deps.view.listen({
      changed: (patientIds) => this.#fanout.changed(patientIds),
      forgotten: (patientId) => this.#fanout.forget(patientId),
      presence: (presence) => this.#sendPresence(presence),
      pulse: () => {},
    });
    deps.view.onLeft((departure) => this.#sendLeft(departure));
  }

  start(): void {
    this.feed.start();
    this.#heartbeat.start();
    this.#stopPinging = this.#deps.clock.every(PING_EVERY_MS, () => this.#pingAll());
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    this.#stopPinging?.();
    this.#heartbeat.stop();
    this.#fanout.stop();
    this.#closeAll('the server stops');
    // A moment for the close frames to be answered.
    for (
      let waitedMs = 0;
      this.#connections.size > 0 && waitedMs < CLOSE_GRACE_MS;
      waitedMs += CLOSE_STEP_MS
    ) {
      await this.#deps.clock.sleep(CLOSE_STEP_MS);
    }
    for (const socket of this.#connections) socket.terminate();
    await this.feed.stop();
  }

  /** Takes over an HTTP connection that asks for `/ws`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#stopping || this.#connections.size >= this.#deps.bounds.clientsMax) {
      this.#deps.metrics.stationCloses.inc({ reason: 'refused' });
      socket.end('HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#onConnection(webSocket, socket));
  }

  #onConnection(socket: WebSocket, wire: Duplex): void {
    const { clock, bounds, metrics } = this.#deps;
    this.#connections.add(socket);
    this.#answered.add(socket);
    const cancelHelloTimeout = clock.after(bounds.helloTimeoutMs, () => {
      this.#refuse(socket, 'malformed', `no hello within ${bounds.helloTimeoutMs / 1000} s`);
    });
    socket.on('pong', (payload) => {
      this.#answered.add(socket);
      this.#sessions.get(socket)?.onPong(payload);
    });
    // ws closes the connection itself (1009 too big, 1002 not WebSocket); without a listener it would end the process.
    socket.on('error', () => {});
    socket.on('close', () => {
      cancelHelloTimeout();
      this.#connections.delete(socket);
      this.#sessions.get(socket)?.ended();
      this.#sessions.delete(socket);
      metrics.stations.set(this.#sessions.size);
    });
    let greeted = false;
    socket.on('message', (data, isBinary) => {
      if (greeted) {
        const session = this.#sessions.get(socket);
        if (session) session.close('malformed', 'a client says hello and nothing else');
        else this.#refuse(socket, 'malformed', 'a client says hello and nothing else');
        return;
      }
      greeted = true;
      cancelHelloTimeout();
      const hello = isBinary ? undefined : parseHello(data, this.#hello);
      if (!hello) return this.#refuse(socket, 'malformed', 'the first frame must be a hello');
      void this.#greet(socket, wire, hello);
    });
  }

  async #greet(socket: WebSocket, wire: Duplex, hello: Hello): Promise<void> {
    const { clock, metrics, bounds, logger, receipts } = this.#deps;
    const greeted = await greet(hello, this.#deps.verifyStaff, this.#deps.regions, clock.now());
    if (socket.readyState !== socket.OPEN) return;
    if (greeted.kind === 'refused') return this.#refuse(socket, greeted.reason, greeted.message);
    const { identity, scope } = greeted;
    // ws compresses nothing and so keeps nothing back: what goes past it stays in order.
    const sendShared = (frame: SharedFrame): void => void wire.write(frame.bytes);
    const session = new Session(randomUUID(), identity, scope, socket, sendShared, {
      bounds,
      logger,
      metrics,
      receipts,
    });
    this.#sessions.set(socket, session);
    metrics.stations.set(this.#sessions.size);
    session.send('welcome', welcomeFrame(session.id, identity.role, clock.now()));
    const doubt = this.#deps.doubt();
    if (doubt !== undefined) session.send('error', errorFrame('not_monitoring', doubt));
    try {
      await this.#join(session, hello.since);
    } catch (error) {
      if (session.closed.aborted) return;
      logger.error({ err: error, session: session.id }, 'a station could not join');
      session.close('going_away', 'the server could not read the snapshot');
    }
  }

  async #join(session: Session, sinceText: string | undefined): Promise<void> {
    const { alerts, view, clock, random, logger, metrics } = this.#deps;
    const regions = [...session.scope.regions];
    const since = sinceText === undefined ? undefined : decodeCursor(sinceText, regions);
    const release = await this.#joins.enter(session.closed);
    try {
      const joined = await join(session, since, {
        alerts,
        feed: this.feed,
        view,
        clock,
        // A station waits for a store that is away, and is told meanwhile that it is not monitoring.
        attempt: (work) =>
          retry(() => orClosed(work(), session.closed), {
            clock,
            signal: session.closed,
            random,
            firstPauseMs: JOIN_FIRST_PAUSE_MS,
            maxPauseMs: JOIN_MAX_PAUSE_MS,
            onRetry: (error) =>
              logger.warn({ err: error, session: session.id }, 'a station waits for the store'),
          }),
      });
      const kind = sinceText !== undefined && !since ? 'too_old' : joined;
      metrics.stationJoins.inc({ kind });
      logger.info({ session: session.id, role: session.identity.role, regions, kind }, 'a station joined');
    } finally {
      release();
    }
    const doubt = this.#deps.doubt();
    if (doubt === undefined) session.offer('heartbeat', heartbeatFrame(clock.now()));
  }

  #refuse(socket: WebSocket, reason: CloseReason, message: string): void {
    if (socket.readyState !== socket.OPEN) return;
    this.#deps.metrics.stationCloses.inc({ reason });
    closeSocket(socket, reason, message);
  }

  #sendVitals(region: string, frame: VitalsFrame): void {
    for (const session of this.#sessions.values()) {
      if (!session.live || !session.scope.regions.has(region)) continue;
      const { patients } = session.scope;
      const seen = patients ? frame.narrowedTo(patients) : frame.whole();
      if (seen) session.offer('vitals', seen);
    }
  }

  #sendPresence(presence: DevicePresence): void {
    const { deviceId, patientId, state, atMs, batteryPercent } = presence;
    const region = this.#deps.view.regionOf(patientId) ?? presence.region;
    const frame = new SharedFrame(
      JSON.stringify({
        type: 'presence',
        device_id: deviceId,
        patient_id: patientId === '' ? null : patientId,
        region,
        state,
        at: toIso(atMs),
        battery_percent: batteryPercent ?? null,
      }),
    );
    for (const session of this.#sessions.values()) {
      if (session.live && session.sees(region, patientId)) session.send('presence', frame);
    }
  }

  #sendLeft({ patientId, region, reason }: Departure): void {
    const frame = new SharedFrame(leftFrame(patientId, region, reason, this.#deps.clock.now()));
    const regionNow = reason === 'moved' ? this.#deps.view.regionOf(patientId) : undefined;
    for (const session of this.#sessions.values()) {
      // Whoever sees the region she moved to goes on seeing her.
      const stays = regionNow !== undefined && session.sees(regionNow, patientId);
      if (session.live && session.sees(region, patientId) && !stays) session.send('left', frame);
    }
  }

  /** Ends connections whose other side has vanished without a word. */
  #pingAll(): void {
    for (const socket of this.#connections) {
      if (!this.#answered.delete(socket)) socket.terminate();
      else if (socket.readyState === socket.OPEN) socket.ping();
    }
  }

  #closeAll(message: string): void {
    for (const session of this.#sessions.values()) session.close('going_away', message);
  }
}

function orClosed<T>(work: Promise<T>, closed: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Error('the session is closed'));
    if (closed.aborted) return abort();
    closed.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => closed.removeEventListener('abort', abort));
  });
}
