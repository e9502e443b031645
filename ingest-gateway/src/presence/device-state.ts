/** What the gateway knows of a device, and what it says about it: pure, `(state, input, now) => { state, output }`. */
import type { DevicePresence, PresenceState } from '@vitalwire/core/ports/live-bus.ts';
import type { DeviceStatus, Reading } from '@vitalwire/core/vitals/reading.ts';

export interface DeviceState {
  readonly deviceId: string;
  readonly region: string;
  readonly state: PresenceState;
  /** Empty until the device has named one. */
  readonly patientId: string;
  /** 0 until the device has named it. */
  readonly bootId: number;
  readonly batteryPercent: number | undefined;
}

/** A device that connects: what was known of it still holds until it says otherwise; its will already names its boot. */
export function connected(
  device: { readonly deviceId: string; readonly region: string },
  will: DeviceStatus | undefined,
  known: DeviceState | undefined,
): DeviceState {
  return {
    deviceId: device.deviceId,
    region: device.region,
    state: 'connected',
    patientId: known?.patientId ?? '',
    bootId: will?.bootId ?? known?.bootId ?? 0,
    batteryPercent: known?.batteryPercent,
  };
}

/**
 * BORN, or DEAD said while the device is connected. A DEAD of another boot is an older life's: undefined, it changes nothing.
 */
export function afterStatus(device: DeviceState, status: DeviceStatus): DeviceState | undefined {
  if (status.state === 'dead' && isOtherBoot(device, status)) return undefined;
  return {
    ...device,
    state: status.state,
    patientId: status.patientId,
    bootId: status.bootId,
    batteryPercent: status.batteryPercent ?? device.batteryPercent,
  };
}

/** Undefined where the reading tells nothing that stations should hear of; a device that sends readings is not dead. */
export function afterReading(device: DeviceState, reading: Reading): DeviceState | undefined {
  if (
    reading.patientId === device.patientId &&
    reading.bootId === device.bootId &&
    device.state !== 'dead' &&
    (reading.batteryPercent === undefined || reading.batteryPercent === device.batteryPercent)
  ) {
    return undefined;
  }
  return {
    ...device,
    state: device.state === 'dead' ? 'born' : device.state,
    patientId: reading.patientId,
    bootId: reading.bootId,
    batteryPercent: reading.batteryPercent ?? device.batteryPercent,
  };
}

/** Whether stations should hear of the change at once; a battery's percent can wait for the next event. */
export const isWorthTelling = (before: DeviceState, after: DeviceState): boolean =>
  before.state !== after.state || before.patientId !== after.patientId || before.bootId !== after.bootId;

/** How a connection ended: the device said goodbye, or its socket is gone, with the will it left (if that is a DEAD message of its own). */
export type Ending =
  { readonly goodbye: true } | { readonly goodbye: false; readonly will: DeviceStatus | undefined };

/** Undefined where the device had said that it dies. */
export function afterEnding(device: DeviceState, ending: Ending): DeviceState | undefined {
  if (device.state === 'dead') return undefined;
  if (ending.goodbye) return { ...device, state: 'dead' };
  const { will } = ending;
  if (will?.state !== 'dead' || isOtherBoot(device, will)) return { ...device, state: 'lost' };
  return { ...device, state: 'dead', batteryPercent: device.batteryPercent ?? will.batteryPercent };
}

export const toPresence = (device: DeviceState, atMs: number): DevicePresence => ({ ...device, atMs });

const isOtherBoot = (device: DeviceState, status: DeviceStatus): boolean =>
  device.bootId !== 0 && status.bootId !== device.bootId;
