/**
 * One MQTT connection of one device, from CONNECT to its end. It does not reconnect, queue or resend: the device does, so that what carries
 * the bytes can be replaced by something leaner than mqtt.js.
 */
export interface Transport {
  /** QoS 1. `onAcknowledged` runs on the PUBACK, and never where the connection ends first. */
  publish(message: OutgoingMessage, onAcknowledged: (refusal: Refusal | undefined) => void): void;
  /** Says DISCONNECT, so that the will is not sent, and closes. Idempotent; resolves once closed. */
  end(): Promise<void>;
  /** Closes the socket without a word, as a lost network does; the broker sends the will. */
  drop(): void;
}

export interface OutgoingMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly retain: boolean;
}

/** The broker acknowledged a message and said that it did not take it (MQTT 5), or refused the connection. */
export interface Refusal {
  readonly reason: string;
}

export interface ConnectOptions {
  readonly url: string;
  /** Client id and user name. */
  readonly deviceId: string;
  readonly token: string;
  /** Retained, QoS 1. */
  readonly will: Omit<OutgoingMessage, 'retain'> | undefined;
  readonly keepaliveS: number;
  readonly connectTimeoutMs: number;
}

export interface TransportEvents {
  /** The broker accepted the connection; at most once, before `onClosed`. */
  onConnected(): void;
  /** The connection is over or never came to be; exactly once, nothing after it. */
  onClosed(cause: ClosedCause): void;
}

export interface ClosedCause {
  /** The broker answered CONNECT with a refusal: wrong token, not allowed. */
  readonly refused: boolean;
  readonly reason: string;
}

/** Begins to connect; what becomes of it comes through `events`, never before this returns. */
export type ConnectTransport = (options: ConnectOptions, events: TransportEvents) => Transport;
