import type { Cancel, Clock } from '@vitalwire/core/runtime/clock.ts';
import type { Logger } from '@vitalwire/core/runtime/logger.ts';
import type { AlertEngineMetrics } from '../metrics.ts';
import { errorFrame, heartbeatFrame } from './protocol.ts';
import type { Session } from './session.ts';
import { SharedFrame } from './shared-frame.ts';

export interface HeartbeatDeps {
  readonly bounds: { readonly heartbeatMs: number };
  /** Why the feed cannot be vouched for; undefined while it can. */
  readonly doubt: () => string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Pick<AlertEngineMetrics, 'monitoring'>;
}

/** How soon a new doubt is passed on; heartbeats keep their own period. */
const DOUBT_CHECK_MS = 500;

/** Tells every station that it is monitored, or `not_monitoring` and why; ends those whose token has. */
export class Heartbeat {
  readonly #deps: HeartbeatDeps;
  readonly #sessions: () => Iterable<Session>;
  #doubt: string | undefined = 'the engine has just started';
  #timers: Cancel[] = [];

  constructor(deps: HeartbeatDeps, sessions: () => Iterable<Session>) {
    this.#deps = deps;
    this.#sessions = sessions;
  }

  start(): void {
    const { clock, bounds } = this.#deps;
    this.#timers = [
      clock.every(bounds.heartbeatMs, () => this.#beat()),
      clock.every(DOUBT_CHECK_MS, () => this.#lookForDoubt()),
    ];
  }

  stop(): void {
    for (const cancel of this.#timers.splice(0)) cancel();
  }

  #beat(): void {
    this.#setDoubt();
    const nowMs = this.#deps.clock.now();
    const heartbeat = new SharedFrame(heartbeatFrame(nowMs));
    for (const session of this.#sessions()) {
      const { expiresAtS } = session.identity;
      if (expiresAtS !== undefined && expiresAtS * 1000 <= nowMs) {
        session.close('unauthorized', 'the token has expired');
      } else if (this.#doubt === undefined && session.live) {
        // A client that lags behind must not take a heartbeat for news of the present.
        session.offer('heartbeat', heartbeat);
      }
    }
    this.#passOnDoubt();
  }

  /** Tells of a new doubt at once; that it is over, the next heartbeat tells. */
  #lookForDoubt(): void {
    const before = this.#doubt;
    this.#setDoubt();
    if (before === undefined) this.#passOnDoubt();
  }

  #setDoubt(): void {
    const before = this.#doubt;
    this.#doubt = this.#deps.doubt();
    if (before !== undefined && this.#doubt === undefined) this.#deps.logger.info('monitoring');
    if (before === undefined && this.#doubt !== undefined) {
      this.#deps.logger.warn({ reason: this.#doubt }, 'not monitoring');
    }
    this.#deps.metrics.monitoring.set(this.#doubt === undefined ? 1 : 0);
  }

  #passOnDoubt(): void {
    if (this.#doubt === undefined) return;
    const frame = new SharedFrame(errorFrame('not_monitoring', this.#doubt));
    for (const session of this.#sessions()) session.offer('error', frame);
  }
}
