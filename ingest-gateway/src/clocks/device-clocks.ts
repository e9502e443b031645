import type { DeviceStatus } from '@vitalwire/core/vitals/reading.ts';
import type { ClockOffset } from '../admission/event-time.ts';
import { NEW_CLOCK, afterBorn, afterReading, offsetOf, type DeviceClock } from './device-clock.ts';

/**
 * The clocks of all devices, in memory: a gateway that starts anew learns them from the BORN that each device sends when it connects.
 * Bounded: the device unheard of for the longest is forgotten first.
 */
export class DeviceClocks {
  readonly #maxRemembered: number;
  /** The device heard of last comes last. */
  readonly #clocks = new Map<string, DeviceClock>();

  constructor(maxRemembered: number) {
    this.#maxRemembered = maxRemembered;
  }

  offsetsOf(deviceId: string): ClockOffset {
    const clock = this.#clocks.get(deviceId) ?? NEW_CLOCK;
    return (bootId) => offsetOf(clock, bootId);
  }

  /** A DEAD was written when the device connected: its time is none of now. */
  status(status: DeviceStatus, arrivalMs: number): void {
    if (status.state !== 'born') return;
    this.#change(status.deviceId, (clock) => afterBorn(clock, status.bootId, status.deviceTimeMs, arrivalMs));
  }

  reading(deviceId: string, bootId: number, measuredAtMs: number, arrivalMs: number): void {
    this.#change(deviceId, (clock) => afterReading(clock, bootId, measuredAtMs, arrivalMs));
  }

  /** Devices whose clock, in their newest life, is off by more than the tolerance. */
  countWrong(toleranceMs: number): number {
    let wrong = 0;
    for (const { boots } of this.#clocks.values()) {
      if (Math.abs(boots[0]?.offsetMs ?? 0) > toleranceMs) wrong++;
    }
    return wrong;
  }

  #change(deviceId: string, change: (clock: DeviceClock) => DeviceClock): void {
    const clock = this.#clocks.get(deviceId);
    this.#clocks.delete(deviceId);
    for (const oldest of this.#clocks.keys()) {
      if (this.#clocks.size < this.#maxRemembered) break;
      this.#clocks.delete(oldest);
    }
    this.#clocks.set(deviceId, change(clock ?? NEW_CLOCK));
  }
}
