import type { NewRecord } from '@vitalwire/core/ports/event-log.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { encodePresence } from '@vitalwire/core/vitals/presence-codec.ts';
import type { DeviceStatus, Reading } from '@vitalwire/core/vitals/reading.ts';
import {
  afterEnding,
  afterReading,
  afterStatus,
  connected,
  isWorthTelling,
  toPresence,
  type DeviceState,
  type Ending,
} from './device-state.ts';

/** A device's connection, as presence sees it. */
export interface Present {
  readonly device: { readonly deviceId: string; readonly region: string };
  /** Undefined before `opened`. */
  presence: DeviceState | undefined;
}

/**
 * Presence of all devices. A device has one current connection: what an older one still says, its will among it, changes nothing.
 * Each method answers the record for `devices.presence` where there is something to tell. Times are Unix ms.
 */
export class PresenceTracker {
  readonly #maxRemembered: number;
  readonly #current = new Map<string, Present>();
  /** Devices that left, the longest gone first. */
  readonly #remembered = new Map<string, DeviceState>();

  constructor(maxRemembered: number) {
    this.#maxRemembered = maxRemembered;
  }

  opened(connection: Present, will: DeviceStatus | undefined, nowMs: number): NewRecord {
    const { deviceId } = connection.device;
    const known = this.#current.get(deviceId)?.presence ?? this.#remembered.get(deviceId);
    this.#remembered.delete(deviceId);
    this.#current.set(deviceId, connection);
    connection.presence = connected(connection.device, will, known);
    return recordOf(connection.presence, nowMs);
  }

  status(connection: Present, status: DeviceStatus, nowMs: number): NewRecord | undefined {
    const { presence } = connection;
    if (presence === undefined || !this.#isCurrent(connection)) return undefined;
    const after = afterStatus(presence, status);
    if (after === undefined) return undefined;
    connection.presence = after;
    return recordOf(after, nowMs);
  }

  reading(connection: Present, reading: Reading, nowMs: number): NewRecord | undefined {
    const { presence } = connection;
    if (presence === undefined) return undefined;
    const after = afterReading(presence, reading);
    if (after === undefined) return undefined;
    connection.presence = after;
    return isWorthTelling(presence, after) && this.#isCurrent(connection)
      ? recordOf(after, nowMs)
      : undefined;
  }

  ended(connection: Present, ending: Ending, nowMs: number): NewRecord | undefined {
    const { presence } = connection;
    if (presence === undefined || !this.#isCurrent(connection)) return undefined;
    const after = afterEnding(presence, ending);
    this.#current.delete(presence.deviceId);
    this.#remember(after ?? presence);
    return after && recordOf(after, nowMs);
  }

  /** The gateway leaves: every device still connected is lost to it. */
  allEnded(nowMs: number): NewRecord[] {
    return [...this.#current.values()].flatMap(
      (connection) => this.ended(connection, { goodbye: false, will: undefined }, nowMs) ?? [],
    );
  }

  #isCurrent(connection: Present): boolean {
    return this.#current.get(connection.device.deviceId) === connection;
  }

  #remember(state: DeviceState): void {
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size < this.#maxRemembered) break;
      this.#remembered.delete(oldest);
    }
    this.#remembered.set(state.deviceId, state);
  }
}

function recordOf(device: DeviceState, nowMs: number): NewRecord {
  return {
    topic: TOPICS.presence.name,
    key: device.deviceId,
    value: encodePresence(toPresence(device, nowMs)),
    headers: {},
    timestampMs: nowMs,
  };
}
