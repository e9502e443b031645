import type { Cancel, Clock } from '@vitalwire/core/runtime/clock.ts';
import { messageOf } from '@vitalwire/core/runtime/errors.ts';
import { WebSocket } from 'ws';

export interface StationOptions {
  /** The deployment's HTTP address; the WebSocket is at its `/ws`. */
  readonly api: string;
  readonly token: string;
  /** undefined: all that the token opens. */
  readonly regions: readonly string[] | undefined;
  /** Reads nothing for 3 s of each 6, as a browser does on a machine that is too slow. */
  readonly isSlow: boolean;
  readonly clock: Clock;
}

export interface StationAlert {
  readonly id: string;
  readonly version: number;
  readonly event: string;
  readonly patient_id: string;
  readonly type: string;
  readonly kind: string;
  readonly onset: string;
}

export interface StationEvents {
  /** Something newer of a patient is shown: when it was measured. `receivedMs` is monotonic. */
  readonly onVitals: (patientId: string, measuredAtMs: number, receivedMs: number) => void;
  readonly onAlert: (alert: StationAlert, receivedMs: number) => void;
  /** A promise of the WebSocket was broken: in a line. */
  readonly onBroken: (what: string) => void;
}

export interface StationCounts {
  readonly frames: number;
  readonly vitals: number;
  readonly alerts: number;
  readonly reconnects: number;
  /** Milliseconds without a heartbeat beyond the five seconds that a nurse is promised. */
  readonly notMonitoringMs: number;
  readonly lastTrouble: string | undefined;
}

interface Vital {
  readonly measured_at: string;
}
type Frame =
  | { type: 'vitals'; patients: { patient_id: string; vitals: Record<string, Vital> }[] }
  | { type: 'alert'; cursor: string; alert: StationAlert }
  | {
      type: 'snapshot';
      cursor: string;
      patients: { patient_id: string; vitals: Record<string, Vital>; alerts: StationAlert[] }[];
    }
  | { type: 'heartbeat' | 'welcome' | 'presence' }
  | { type: 'error'; code: string; message: string };

const RECONNECT_MS = 250;
const WATCH_EVERY_MS = 500;
const HEARTBEAT_WITHIN_MS = 5_000;
const SLOW_EVERY_MS = 6_000;
const SLOW_FOR_MS = 3_000;

/**
 * A nurse station's socket that trusts nothing: vitals may skip but never go back, an alert's versions must follow one another, a heartbeat must
 * come. It comes back with its cursor when the connection ends.
 */
export class Station {
  readonly #options: StationOptions;
  readonly #events: StationEvents;
  readonly #newestMs = new Map<string, number>();
  readonly #versions = new Map<string, number>();
  #socket: WebSocket | undefined;
  #cursor: string | undefined;
  #heardMs: number;
  #frames = 0;
  #vitals = 0;
  #alerts = 0;
  #reconnects = 0;
  #notMonitoringMs = 0;
  #lastTrouble: string | undefined;
  #isClosed = false;
  #hasSnapshot: () => void = () => {};
  readonly #cancels: Cancel[] = [];

  constructor(options: StationOptions, events: StationEvents) {
    this.#options = options;
    this.#events = events;
    this.#heardMs = options.clock.monotonic();
  }

  get counts(): StationCounts {
    return {
      frames: this.#frames,
      vitals: this.#vitals,
      alerts: this.#alerts,
      reconnects: this.#reconnects,
      notMonitoringMs: this.#notMonitoringMs,
      lastTrouble: this.#lastTrouble,
    };
  }

  /** Unix ms of the newest measurement shown of a patient. */
  newestOf(patientId: string): number | undefined {
    return this.#newestMs.get(patientId);
  }

  /** Resolves on the first snapshot, or false after `withinMs`; it keeps trying. */
  open(withinMs: number): Promise<boolean> {
    const { clock, isSlow } = this.#options;
    this.#connect();
    this.#cancels.push(clock.every(WATCH_EVERY_MS, () => this.#watch()));
    if (isSlow) this.#cancels.push(clock.every(SLOW_EVERY_MS, () => this.#dawdle()));
    return new Promise((resolve) => {
      const cancel = clock.after(withinMs, () => resolve(false));
      this.#hasSnapshot = () => {
        cancel();
        resolve(true);
      };
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const cancel of this.#cancels) cancel();
    this.#socket?.terminate();
  }

  #connect(): void {
    const { api, token, regions, clock } = this.#options;
    const socket = new WebSocket(`${api.replace(/^http/, 'ws').replace(/\/$/, '')}/ws`);
    this.#socket = socket;
    socket.on('open', () =>
      socket.send(
        JSON.stringify({
          type: 'hello',
          token,
          ...(regions && { regions }),
          ...(this.#cursor && { since: this.#cursor }),
        }),
      ),
    );
    socket.on('message', (data: Buffer) => this.#onFrame(JSON.parse(data.toString('utf8')) as Frame));
    socket.on('error', (error) => (this.#lastTrouble = messageOf(error) || 'no connection'));
    socket.on('close', (code, reason) => {
      if (this.#isClosed) return;
      this.#reconnects++;
      if (reason.length > 0 || code !== 1006)
        this.#lastTrouble = `closed with ${code} ${reason.toString('utf8')}`;
      this.#cancels.push(clock.after(RECONNECT_MS, () => this.#connect()));
    });
  }

  #onFrame(frame: Frame): void {
    const nowMs = this.#options.clock.monotonic();
    this.#frames++;
    switch (frame.type) {
      case 'vitals':
        for (const { patient_id: id, vitals } of frame.patients) this.#onVitals(id, vitals, nowMs);
        break;
      case 'alert':
        this.#cursor = frame.cursor;
        this.#onAlert(frame.alert, nowMs);
        break;
      case 'snapshot':
        this.#cursor = frame.cursor;
        // A snapshot replaces everything; it may stand where the frames before it did not reach.
        for (const patient of frame.patients) {
          for (const alert of patient.alerts) this.#versions.set(alert.id, alert.version);
          this.#newestMs.set(patient.patient_id, newestOf(patient.vitals));
        }
        this.#heardMs = nowMs;
        this.#hasSnapshot();
        break;
      case 'heartbeat':
        this.#heardMs = nowMs;
        break;
      case 'error':
        this.#lastTrouble = `${frame.code}: ${frame.message}`;
        break;
      case 'welcome':
      case 'presence':
        break;
    }
  }

  #onVitals(patientId: string, vitals: Record<string, Vital>, nowMs: number): void {
    const measuredAtMs = newestOf(vitals);
    if (measuredAtMs === 0) return;
    const before = this.#newestMs.get(patientId);
    if (before !== undefined && measuredAtMs < before) {
      this.#events.onBroken(`vitals of a patient went back by ${before - measuredAtMs} ms on a station`);
    }
    if (before !== undefined && measuredAtMs <= before) return;
    this.#newestMs.set(patientId, measuredAtMs);
    this.#vitals++;
    this.#events.onVitals(patientId, measuredAtMs, nowMs);
  }

  #onAlert(alert: StationAlert, nowMs: number): void {
    this.#alerts++;
    const before = this.#versions.get(alert.id) ?? 0;
    if (alert.version > before + 1) {
      this.#events.onBroken(
        `a station missed versions ${before + 1} to ${alert.version - 1} of alert ${alert.id}`,
      );
    } else if (alert.version <= before) {
      this.#events.onBroken(
        `a station was sent version ${alert.version} of alert ${alert.id} after ${before}`,
      );
    }
    this.#versions.set(alert.id, Math.max(before, alert.version));
    this.#events.onAlert(alert, nowMs);
  }

  #watch(): void {
    const silentMs = this.#options.clock.monotonic() - this.#heardMs - HEARTBEAT_WITHIN_MS;
    // What a slow reader does not hear is its own doing.
    if (silentMs > 0 && !this.#options.isSlow) this.#notMonitoringMs += Math.min(silentMs, WATCH_EVERY_MS);
  }

  #dawdle(): void {
    const socket = this.#socket;
    if (socket?.readyState !== WebSocket.OPEN) return;
    socket.pause();
    this.#cancels.push(this.#options.clock.after(SLOW_FOR_MS, () => socket.resume()));
  }
}

/** Unix ms; 0 where nothing was measured. */
function newestOf(vitals: Record<string, Vital>): number {
  // ISO times of one form stand in the order of their text.
  let newest = '';
  for (const name in vitals) {
    const at = vitals[name]?.measured_at ?? '';
    if (at > newest) newest = at;
  }
  return newest === '' ? 0 : Date.parse(newest);
}
