import type { DeviceIdentity } from '@vitalwire/core/identity/token.ts';
import { BedsideDevice } from '../device/bedside-device.ts';
import type { DeviceObserver } from '../device/device-observer.ts';
import { NO_FAULT, type DeviceFault } from '../faults/device-fault.ts';
import { createRandom, seedOf } from '../signals/random.ts';
import type { VitalsSource } from '../signals/vitals-source.ts';
import type { FleetDeps, FleetOptions } from './fleet.ts';

export interface FleetDevice {
  /** Its place in the whole fleet, of which this may be a part; ascending. */
  readonly index: number;
  readonly identity: DeviceIdentity;
  readonly token: string;
  readonly patientId: string;
  readonly source: VitalsSource;
  /** undefined for a device without one. */
  readonly fault: DeviceFault | undefined;
}

const IN_FLIGHT_MAX = 512;
const ACK_TIMEOUT_MS = 30_000;
const HELD_PER_DEVICE = { min: 60, max: 3_600 } as const;

/** `refill`: in a closed loop, what is acknowledged makes room for the next. */
export function createDevice(
  spec: FleetDevice,
  slot: number,
  options: FleetOptions,
  deps: FleetDeps,
  refill: (slot: number) => void,
): BedsideDevice {
  const share = Math.floor(options.heldMax / options.fleetSize);
  const fault = spec.fault ?? NO_FAULT;
  const observer = deps.observe(spec);
  return new BedsideDevice({
    identity: spec.identity,
    patientId: spec.patientId,
    mode: options.mode,
    bootId: options.bootId,
    url: options.url,
    token: fault.refused ? `${spec.token}x` : spec.token,
    temperatureUnit: fault.temperatureUnit,
    connect: fault.connect(deps.connect),
    backoff: options.backoff,
    inFlightMax: Math.max(IN_FLIGHT_MAX, options.window ?? 0),
    heldMax: Math.max(HELD_PER_DEVICE.min, Math.min(HELD_PER_DEVICE.max, share)),
    ackTimeoutMs: fault.ackTimeoutMs ?? ACK_TIMEOUT_MS,
    clock: deps.clock,
    random: createRandom(seedOf(options.seed, spec.index)),
    observer: options.window === undefined ? observer : refilling(observer, () => refill(slot)),
  });
}

/** Closed loop: what is acknowledged makes room for the next. */
function refilling(observer: DeviceObserver, refill: () => void): DeviceObserver {
  return {
    onMade: (entry) => observer.onMade(entry),
    onSent: (entry) => observer.onSent(entry),
    onAcknowledged(entry) {
      observer.onAcknowledged(entry);
      refill();
    },
    onRefused(entry, reason) {
      observer.onRefused(entry, reason);
      refill();
    },
    onDropped(entry) {
      observer.onDropped(entry);
      refill();
    },
    onConnected: () => observer.onConnected(),
    onDisconnected: (cause, wasUp) => observer.onDisconnected(cause, wasUp),
  };
}
