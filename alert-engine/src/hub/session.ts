import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { StoredEvent } from '@vitalwire/core/ports/alert-store.ts';
import { alertEventId } from '@vitalwire/core/alarms/alert-codec.ts';
import type { StaffIdentity } from '@vitalwire/core/identity/token.ts';
import type { Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { WebSocket } from 'ws';
import type { AlertEngineBounds } from '../config.ts';
import type { AlertEngineMetrics } from '../metrics.ts';
import type { StationReceipts } from '../notify/station-receipts.ts';
import { alertJson } from './alert-json.ts';
import { encodeCursor, type StationCursor } from './cursor.ts';
import { CLOSE, alertFrame, errorFrame, type CloseReason } from './protocol.ts';
import type { SharedFrame } from './shared-frame.ts';

export interface SessionScope {
  readonly regions: ReadonlySet<string>;
  /** Undefined: every patient of the regions. */
  readonly patients: ReadonlySet<string> | undefined;
}

export interface SessionDeps {
  readonly bounds: AlertEngineBounds;
  readonly logger: Logger;
  readonly metrics: AlertEngineMetrics;
  readonly receipts: Pick<StationReceipts, 'idFor' | 'queuedOf' | 'received'>;
}

/**
 * `joining`: reading its snapshot, not yet listening to the feed. `holding`: the feed's events wait behind the snapshot. `live`: they go
 * out as they come.
 */
type Phase = 'joining' | 'holding' | 'live';

const DRAIN_MS_MAX = 30_000;
const DRAIN_STEP_MS = 10;
/** Deliveries that wait for a pong, at a station that answers none; the oldest stand as queued. */
const UNANSWERED_MAX = 5_000;

/** One station after its hello: what it may see, where it stands in the alert events, and how much is waiting for it. */
export class Session {
  readonly id: string;
  readonly identity: StaffIdentity;
  readonly scope: SessionScope;
  readonly #socket: WebSocket;
  readonly #sendShared: (frame: SharedFrame) => void;
  readonly #deps: SessionDeps;
  readonly #closed = new AbortController();
  #phase: Phase = 'joining';
  #cursor: Record<string, string | null> = {};
  #held: StoredEvent[] = [];
  /** What of the snapshot may still be waiting to be sent: it is as large as the ward, and says nothing of how fast its client reads. */
  #snapshotBytes = 0;
  /** Events sent while joining that the feed may tell of once more. */
  readonly #alreadySent = new Set<string>();
  /** Deliveries that went out since the last ping. */
  #sent: string[] = [];
  #pings = 0;
  /** Deliveries by the ping that followed them: its pong says that they arrived. */
  readonly #pinged = new Map<number, readonly string[]>();

  constructor(
    id: string,
    identity: StaffIdentity,
    scope: SessionScope,
    socket: WebSocket,
    sendShared: (frame: SharedFrame) => void,
    deps: SessionDeps,
  ) {
    this.id = id;
    this.identity = identity;
    this.scope = scope;
    this.#socket = socket;
    this.#sendShared = sendShared;
    this.#deps = deps;
  }

  get live(): boolean {
    return this.#phase === 'live';
  }

  /** Aborted once the connection is closed or closing. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  sees(region: string, patientId: string): boolean {
    return this.scope.regions.has(region) && (this.scope.patients?.has(patientId) ?? true);
  }

  /** The session stands here from now on; every alert frame sent moves it on. */
  standAt(cursor: StationCursor): void {
    this.#cursor = { ...cursor };
  }

  get cursor(): string {
    return encodeCursor(this.#cursor);
  }

  hold(): void {
    this.#phase = 'holding';
  }

  /** Sends what the feed told meanwhile, and from now on whatever it tells at once. */
  goLive(): void {
    this.#phase = 'live';
    const held = this.#held;
    this.#held = [];
    for (const stored of held) this.#unlessSent(stored);
  }

  /** From the feed. */
  onEvent(stored: StoredEvent): void {
    if (!this.scope.regions.has(stored.region)) return;
    if (this.#phase === 'holding') this.#held.push(stored);
    else if (this.#phase === 'live') this.#unlessSent(stored);
  }

  /** While joining, from the store. */
  sendMissed(stored: StoredEvent): void {
    this.#alreadySent.add(alertEventId(stored.event));
    this.#sendAlert(stored);
  }

  /** The feed has told everything that was sent while joining. */
  feedCaughtUp(): void {
    this.#alreadySent.clear();
  }

  /**
   * Resolves once little is waiting to be sent, so that what was missed in a long absence goes out at the pace it is read; a client that
   * reads nothing for `DRAIN_MS_MAX` is too slow.
   */
  async room(clock: Clock): Promise<void> {
    const fullSinceMs = clock.monotonic();
    while (!this.closed.aborted && this.#socket.bufferedAmount > this.#deps.bounds.vitalsBufferBytes) {
      if (clock.monotonic() - fullSinceMs > DRAIN_MS_MAX) {
        this.close('too_slow', 'the connection is too slow for what was missed; come back with since');
        return;
      }
      await clock.sleep(DRAIN_STEP_MS, this.closed);
    }
  }

  /** What must not be lost: a client with too much waiting is disconnected instead, and resumes. */
  send(type: string, frame: string | SharedFrame): void {
    if (this.#closed.signal.aborted) return;
    const waitingBytes = this.#socket.bufferedAmount;
    const { alertBufferBytes } = this.#deps.bounds;
    if (waitingBytes <= alertBufferBytes) this.#snapshotBytes = 0;
    if (waitingBytes > alertBufferBytes + this.#snapshotBytes) {
      this.close('too_slow', 'the connection is too slow for alerts; come back with since');
      return;
    }
    this.#write(type, frame);
  }

  /** What the next one makes good: left out while the client is slow. */
  offer(type: string, frame: string | SharedFrame): void {
    if (this.#closed.signal.aborted) return;
    if (this.#socket.bufferedAmount > this.#deps.bounds.vitalsBufferBytes) {
      if (type === 'vitals') this.#deps.metrics.stationVitalsSkipped.inc();
      return;
    }
    this.#write(type, frame);
  }

  /** Idempotent. */
  close(reason: CloseReason, message: string): void {
    if (this.#closed.signal.aborted) return;
    this.ended();
    closeSocket(this.#socket, reason, message);
    this.#deps.metrics.stationCloses.inc({ reason });
    if (reason !== 'too_slow') return;
    const waiting = { session: this.id, waiting_bytes: this.#socket.bufferedAmount };
    this.#deps.logger.warn({ ...waiting, reason: message }, 'a station was sent away');
    // A close frame would wait behind all that a slow client has not read.
    this.#socket.terminate();
  }

  /** The snapshot with these alerts was sent. */
  snapshotSent(alerts: readonly Alert[]): void {
    this.#snapshotBytes = this.#socket.bufferedAmount;
    const seen = alerts.filter(({ region, patientId }) => this.sees(region, patientId));
    for (const id of this.#deps.receipts.queuedOf(seen, this.identity.role)) this.#expectReceipt(id);
  }

  /** Frames arrive in order, and a client may answer only the last of several pings: a pong speaks for all pings before it. */
  onPong(payload: Buffer): void {
    if (payload.length === 0) return;
    const answered = Number(payload.toString());
    const ids: string[] = [];
    for (const [ping, deliveries] of this.#pinged) {
      if (!(ping <= answered)) break;
      this.#pinged.delete(ping);
      ids.push(...deliveries);
    }
    if (ids.length > 0) this.#deps.receipts.received(ids, this.identity.name);
    this.#ping();
  }

  /** The connection is gone. Idempotent. */
  ended(): void {
    this.#closed.abort();
    this.#pinged.clear();
    this.#sent = [];
    this.#held = [];
    this.#alreadySent.clear();
  }

  #unlessSent(stored: StoredEvent): void {
    if (this.#alreadySent.delete(alertEventId(stored.event))) return;
    this.#sendAlert(stored);
  }

  #sendAlert(stored: StoredEvent): void {
    this.#cursor[stored.region] = stored.position;
    if (this.sees(stored.region, stored.event.alert.patientId)) {
      this.send('alert', alertFrame(this.cursor, alertJson(stored)));
      const delivery = this.#deps.receipts.idFor(stored.event, this.identity.role);
      if (delivery !== undefined) this.#expectReceipt(delivery);
    }
  }

  /** One ping follows all that goes out in the same turn, and one at a time is on its way: many at once cost a client its connection. */
  #expectReceipt(delivery: string): void {
    if (this.#sent.length >= UNANSWERED_MAX) this.#sent.shift();
    if (this.#sent.push(delivery) === 1) queueMicrotask(() => this.#ping());
  }

  #ping(): void {
    if (this.#pinged.size > 0 || this.#sent.length === 0) return;
    if (this.#closed.signal.aborted || this.#socket.readyState !== this.#socket.OPEN) return;
    const sent = this.#sent;
    this.#sent = [];
    this.#pinged.set(++this.#pings, sent);
    this.#socket.ping(String(this.#pings));
  }

  #write(type: string, frame: string | SharedFrame): void {
    this.#deps.metrics.stationFrames.inc({ type });
    if (typeof frame === 'string') this.#socket.send(frame);
    else if (this.#socket.readyState === this.#socket.OPEN) this.#sendShared(frame);
  }
}

/** Says why, then closes. */
export function closeSocket(socket: WebSocket, reason: CloseReason, message: string): void {
  if (reason !== 'going_away') socket.send(errorFrame(reason, message), { binary: false });
  socket.close(CLOSE[reason], reason);
}
