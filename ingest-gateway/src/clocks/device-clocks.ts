import type { DeviceStatus } from '@vitalwire/core/vitals/reading.ts';
import type { ClockOffset } from '../admission/event-time.ts';
import { NEW_CLOCK, afterBorn, afterReading, offsetOf, type DeviceClock } from './device-clock.ts';

/** A device's place among the oldest is not renewed at every reading, which would cost more than the reading. */
const AGE_STEP_MS = 10_000;

interface Remembered {
  clock: DeviceClock;
  /** When it became the last. */
  readonly movedAtMs: number;
}

/**
 * The clocks of all devices, in memory: a gateway that starts anew learns them from the BORN that each device sends when it connects.
 * Bounded: the device unheard of for the longest is forgotten first.
 */
export class DeviceClocks {
  readonly #maxRemembered: number;
  /** The device heard of last comes last, give or take `AGE_STEP_MS`. */
  readonly #clocks = new Map<string, Remembered>();

  constructor(maxRemembered: number) {
    this.#maxRemembered = maxRemembered;
  }

  offsetsOf(deviceId: string): ClockOffset {
    const clock = this.#clocks.get(deviceId)?.clock ?? NEW_CLOCK;
    return (bootId) => offsetOf(clock, bootId);
  }

  /** A DEAD was written when the device connected: its time is none of now. */
  status(status: DeviceStatus, arrivalMs: number): void {
    if (status.state !== 'born') return;
    const remembered = this.#remembered(status.deviceId, arrivalMs, 0);
    remembered.clock = afterBorn(remembered.clock, status.bootId, status.deviceTimeMs, arrivalMs);
  }

  reading(deviceId: string, bootId: number, measuredAtMs: number, arrivalMs: number): void {
    const remembered = this.#remembered(deviceId, arrivalMs, AGE_STEP_MS);
    remembered.clock = afterReading(remembered.clock, bootId, measuredAtMs, arrivalMs);
  }

  /** Devices whose clock, in their newest life, is off by more than the tolerance. */
  countWrong(toleranceMs: number): number {
    let wrong = 0;
    for (const { clock } of this.#clocks.values()) {
      if (Math.abs(clock.boots[0]?.offsetMs ?? 0) > toleranceMs) wrong++;
    }
    return wrong;
  }

  #remembered(deviceId: string, nowMs: number, stepMs: number): Remembered {
    const known = this.#clocks.get(deviceId);
    if (known !== undefined && nowMs - known.movedAtMs < stepMs) return known;
    this.#clocks.delete(deviceId);
    for (const oldest of this.#clocks.keys()) {
      if (this.#clocks.size < this.#maxRemembered) break;
      this.#clocks.delete(oldest);
    }
    const remembered = { clock: known?.clock ?? NEW_CLOCK, movedAtMs: nowMs };
    this.#clocks.set(deviceId, remembered);
    return remembered;
  }
}
