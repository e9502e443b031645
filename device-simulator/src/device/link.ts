import type { Cancel, Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Random } from '../signals/random.ts';
import { settledWithin } from './bounded-wait.ts';
import type { ClosedCause, ConnectOptions, ConnectTransport, Transport } from './transport.ts';

export interface Backoff {
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
  /** Half of each pause is random, so that a fleet does not come back at once. */
  readonly jitter: boolean;
}

export interface LinkOptions {
  readonly connect: ConnectTransport;
  /** Asked before each connection: the will carries the device's time. */
  connectOptions(): ConnectOptions;
  readonly backoff: Backoff;
  readonly clock: Clock;
  readonly random: Random;
  onUp(transport: Transport): void;
  /** `wasUp`: a connection was lost, rather than none made. */
  onDown(cause: ClosedCause, wasUp: boolean): void;
}

/** A connection that stood this long was good: the next pause is short again. One that a broker accepts and then closes is not. */
const STABLE_AFTER_MS = 5_000;
/** mqtt.js waits for what is in flight before it says DISCONNECT, and a broker that hangs would keep it for ever. */
const CLOSE_WITHIN_MS = 1_000;

/** Keeps one device connected: after each loss a pause that doubles. */
export class Link {
  readonly #options: LinkOptions;
  #transport: Transport | undefined;
  #cancelPause: Cancel = () => {};
  #failures = 0;
  #awayMs: number | undefined;
  #isEnded = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  start(): void {
    const { connect, clock } = this.#options;
    let upSinceMs: number | undefined;
    const transport = connect(this.#options.connectOptions(), {
      onConnected: () => {
        upSinceMs = clock.monotonic();
        this.#options.onUp(transport);
      },
      onClosed: (cause) => {
        if (upSinceMs !== undefined && clock.monotonic() - upSinceMs >= STABLE_AFTER_MS) this.#failures = 0;
        this.#transport = undefined;
        this.#options.onDown(cause, upSinceMs !== undefined);
        if (!this.#isEnded) this.#cancelPause = clock.after(this.#pauseMs(), () => this.start());
      },
    });
    this.#transport = transport;
  }

  /** Cuts the connection without a word; the link comes back by itself. */
  drop(): void {
    this.#transport?.drop();
  }

  /** Cuts the connection and stays away for so long. */
  stayAway(forMs: number): void {
    this.#awayMs = forMs;
    this.drop();
  }

  /** Says DISCONNECT and stays away. Idempotent. */
  async end(): Promise<void> {
    this.#isEnded = true;
    this.#cancelPause();
    const transport = this.#transport;
    if (!transport) return;
    const isClosed = await settledWithin(transport.end(), CLOSE_WITHIN_MS, this.#options.clock);
    if (!isClosed) transport.drop();
  }

  #pauseMs(): number {
    const awayMs = this.#awayMs;
    this.#awayMs = undefined;
    if (awayMs !== undefined) return awayMs;
    const { firstPauseMs, maxPauseMs, jitter } = this.#options.backoff;
    const ceilingMs = Math.min(maxPauseMs, firstPauseMs * 2 ** this.#failures++);
    if (!jitter) return ceilingMs;
    return ceilingMs / 2 + (this.#options.random.next() * ceilingMs) / 2;
  }
}
