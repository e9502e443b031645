export interface MisuseBounds {
  readonly misuseLimit: number;
  readonly misuseWindowMs: number;
  readonly misuseRefusalMs: number;
  readonly maxRememberedDevices: number;
}

interface Offender {
  /** When its newest misuses were, oldest first; monotonic ms. */
  readonly atMs: number[];
  refusedUntilMs: number;
}

/**
 * Counts publishes with a topic or an identity that is not the device's, by device and across its connections: so many within the
 * window (sliding) refuse the device for a while. Times are monotonic ms.
 */
export class Misuse {
  readonly #bounds: MisuseBounds;
  readonly #offenders = new Map<string, Offender>();

  constructor(bounds: MisuseBounds) {
    this.#bounds = bounds;
  }

  /** Whether this one is one too many: the device is refused from now on. */
  count(deviceId: string, nowMs: number): boolean {
    const offender = this.#offenders.get(deviceId) ?? this.#remember(deviceId);
    const { atMs } = offender;
    atMs.push(nowMs);
    while ((atMs[0] as number) <= nowMs - this.#bounds.misuseWindowMs) atMs.shift();
    if (atMs.length < this.#bounds.misuseLimit) return false;
    atMs.length = 0;
    offender.refusedUntilMs = nowMs + this.#bounds.misuseRefusalMs;
    return true;
  }

  refuses(deviceId: string, nowMs: number): boolean {
    return nowMs < (this.#offenders.get(deviceId)?.refusedUntilMs ?? -Infinity);
  }

  #remember(deviceId: string): Offender {
    for (const oldest of this.#offenders.keys()) {
      if (this.#offenders.size < this.#bounds.maxRememberedDevices) break;
      this.#offenders.delete(oldest);
    }
    const offender: Offender = { atMs: [], refusedUntilMs: -Infinity };
    this.#offenders.set(deviceId, offender);
    return offender;
  }
}
