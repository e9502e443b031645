import type {
  DevicePresence,
  LiveBus,
  LiveListener,
  LiveVitals,
  Pulse,
  Subscribed,
} from '../../ports/live-bus.ts';
import type { Cancel, Clock } from '../../runtime/clock.ts';
import { VitalwireError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { LiveSlot } from '../../vitals/live-slot.ts';

const VITALS_KEPT_MS = 300_000;
const SWEEP_MS = 30_000;

interface Kept {
  readonly slot: LiveSlot;
  untilMs: number;
}

/** The live bus where all components are one process: memory, and calls. */
export class InProcessLiveBus implements LiveBus {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #vitals = new Map<string, Kept>();
  readonly #presence = new Map<string, DevicePresence>();
  readonly #listeners = new Set<LiveListener>();
  readonly #cancelSweep: Cancel;
  #closed = false;

  constructor(options: { readonly clock: Clock; readonly logger: Logger }) {
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#cancelSweep = options.clock.every(SWEEP_MS, () => this.#sweep());
  }

  async publishVitals(updates: readonly LiveVitals[]): Promise<void> {
    this.#assertOpen();
    const nowMs = this.#clock.monotonic();
    const untilMs = nowMs + VITALS_KEPT_MS;
    const news = updates.filter((vitals) => {
      const kept = this.#vitals.get(vitals.patientId);
      if (kept === undefined) {
        this.#vitals.set(vitals.patientId, { slot: new LiveSlot(vitals), untilMs });
        return true;
      }
      if (kept.untilMs > nowMs && vitals.measuredAtMs < kept.slot.live.measuredAtMs) return false;
      kept.slot.write(vitals);
      kept.untilMs = untilMs;
      return true;
    });
    if (news.length > 0) this.#tell((listener) => listener.vitals(news));
  }

  async publishPresence(presence: DevicePresence): Promise<void> {
    this.#assertOpen();
    this.#presence.set(presence.deviceId, presence);
    this.#tell((listener) => listener.presence(presence));
  }

  async publishPulse(pulse: Pulse): Promise<void> {
    this.#assertOpen();
    this.#tell((listener) => listener.pulse(pulse));
  }

  async latestVitals(patientIds: readonly string[]): Promise<readonly LiveVitals[]> {
    this.#assertOpen();
    return [...new Set(patientIds)].flatMap((patientId) => this.#latest(patientId) ?? []);
  }

  async allLatestVitals(): Promise<readonly LiveVitals[]> {
    this.#assertOpen();
    return [...this.#vitals.keys()].flatMap((patientId) => this.#latest(patientId) ?? []);
  }

  async presence(): Promise<readonly DevicePresence[]> {
    this.#assertOpen();
    return [...this.#presence.values()];
  }

  async subscribe(listener: LiveListener): Promise<Subscribed> {
    this.#assertOpen();
    // A wrapper of its own, so that one listener may subscribe twice.
    const subscription: LiveListener = {
      vitals: (updates) => listener.vitals(updates),
      presence: (presence) => listener.presence(presence),
      pulse: (pulse) => listener.pulse(pulse),
    };
    this.#listeners.add(subscription);
    return { unsubscribe: async () => void this.#listeners.delete(subscription) };
  }

  async ping(): Promise<void> {
    if (this.#closed) throw new VitalwireError('unavailable', 'the live bus is closed', { retriable: false });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelSweep();
    this.#listeners.clear();
  }

  #latest(patientId: string): LiveVitals | undefined {
    const kept = this.#vitals.get(patientId);
    return kept && kept.untilMs > this.#clock.monotonic() ? kept.slot.copy() : undefined;
  }

  #sweep(): void {
    const nowMs = this.#clock.monotonic();
    for (const [patientId, kept] of this.#vitals) if (kept.untilMs <= nowMs) this.#vitals.delete(patientId);
  }

  /** One that fails must not cost the publisher, or the others, anything. */
  #tell(call: (listener: LiveListener) => void): void {
    for (const listener of this.#listeners) {
      try {
        call(listener);
      } catch (error) {
        this.#logger.error({ err: error }, 'a subscriber of the live bus failed');
      }
    }
  }

  #assertOpen(): void {
    if (this.#closed) throw new VitalwireError('closed', 'the live bus is closed', { retriable: false });
  }
}
