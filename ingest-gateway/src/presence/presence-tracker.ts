import { randomUUID } from 'node:crypto';
import type { LogRecord, NewRecord } from '@vitalwire/core/ports/event-log.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { decodePresence, encodePresence } from '@vitalwire/core/vitals/presence-codec.ts';
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

/** What a record of another gateway means for a device connected here. */
export type Elsewhere =
  /** It connected there later: this connection is old, and nobody's will any more. */
  | { readonly kind: 'moved'; readonly connection: Present }
  /** Its older connection there ended only now, which says nothing of the one here: to be said anew. */
  | { readonly kind: 'still-here'; readonly record: NewRecord };

interface Current {
  readonly connection: Present;
  /** Names the connection among those of all gateways. */
  readonly session: string;
  /** Its opening came back from the log: whatever comes after it there is later. */
  isHeard: boolean;
}

const GATEWAY_HEADER = 'gateway';
const SESSION_HEADER = 'session';
const OPENED_HEADER = 'opened';

/**
 * Presence of all devices. A device has one current connection: what an older one still says, its will among it, changes nothing, whichever
 * gateway it stands at: the order of openings on `devices.presence` decides. Each method answers the record for that topic where there is
 * something to tell. Times are Unix ms.
 */
export class PresenceTracker {
  readonly #maxRemembered: number;
  readonly #gatewayId = randomUUID();
  #sessions = 0;
  readonly #current = new Map<string, Current>();
  /** Devices that left, the longest gone first. */
  readonly #remembered = new Map<string, DeviceState>();

  constructor(maxRemembered: number) {
    this.#maxRemembered = maxRemembered;
  }

  opened(connection: Present, will: DeviceStatus | undefined, nowMs: number): NewRecord {
    const { deviceId } = connection.device;
    const known = this.#current.get(deviceId)?.connection.presence ?? this.#remembered.get(deviceId);
    this.#remembered.delete(deviceId);
    const session = String(++this.#sessions);
    this.#current.set(deviceId, { connection, session, isHeard: false });
    connection.presence = connected(connection.device, will, known);
    return this.#recordOf(connection.presence, nowMs, { [SESSION_HEADER]: session, [OPENED_HEADER]: 'true' });
  }

  /** A record of `devices.presence`, in the log's order, whoever wrote it. @throws SyntaxError or ZodError where it is no presence */
  heard(record: LogRecord, nowMs: number): Elsewhere | undefined {
    const current = this.#current.get(record.key);
    if (current === undefined) return undefined;
    const { headers } = record;
    if (headers[GATEWAY_HEADER] === this.#gatewayId) {
      if (headers[SESSION_HEADER] === current.session) current.isHeard = true;
      return undefined;
    }
    if (!current.isHeard || record.value === null) return undefined;
    const { connection } = current;
    if (headers[OPENED_HEADER] !== undefined) {
      this.#current.delete(record.key);
      if (connection.presence) this.#remember(connection.presence);
      return { kind: 'moved', connection };
    }
    const { state } = decodePresence(record.value);
    const hasEnded = state === 'dead' || state === 'lost';
    if (!hasEnded || connection.presence === undefined) return undefined;
    return { kind: 'still-here', record: this.#recordOf(connection.presence, nowMs) };
  }

  status(connection: Present, status: DeviceStatus, nowMs: number): NewRecord | undefined {
    const { presence } = connection;
    if (presence === undefined || !this.#isCurrent(connection)) return undefined;
    const after = afterStatus(presence, status);
    if (after === undefined) return undefined;
    connection.presence = after;
    return this.#recordOf(after, nowMs);
  }

  reading(connection: Present, reading: Reading, nowMs: number): NewRecord | undefined {
    const { presence } = connection;
    if (presence === undefined) return undefined;
    const after = afterReading(presence, reading);
    if (after === undefined) return undefined;
    connection.presence = after;
    return isWorthTelling(presence, after) && this.#isCurrent(connection)
      ? this.#recordOf(after, nowMs)
      : undefined;
  }

  ended(connection: Present, ending: Ending, nowMs: number): NewRecord | undefined {
    const { presence } = connection;
    if (presence === undefined || !this.#isCurrent(connection)) return undefined;
    const after = afterEnding(presence, ending);
    this.#current.delete(presence.deviceId);
    this.#remember(after ?? presence);
    return after && this.#recordOf(after, nowMs);
  }

  /** The gateway leaves: every device still connected is lost to it. */
  allEnded(nowMs: number): NewRecord[] {
    return [...this.#current.values()].flatMap(
      ({ connection }) => this.ended(connection, { goodbye: false, will: undefined }, nowMs) ?? [],
    );
  }

  #isCurrent(connection: Present): boolean {
    return this.#current.get(connection.device.deviceId)?.connection === connection;
  }

  #remember(state: DeviceState): void {
    for (const oldest of this.#remembered.keys()) {
      if (this.#remembered.size < this.#maxRemembered) break;
      this.#remembered.delete(oldest);
    }
    this.#remembered.set(state.deviceId, state);
  }

  #recordOf(device: DeviceState, nowMs: number, headers: Readonly<Record<string, string>> = {}): NewRecord {
    return {
      topic: TOPICS.presence.name,
      key: device.deviceId,
      value: encodePresence(toPresence(device, nowMs)),
      headers: { ...headers, [GATEWAY_HEADER]: this.#gatewayId },
      timestampMs: nowMs,
    };
  }
}
