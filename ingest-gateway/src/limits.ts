/** Every bound of the gateway, with what happens there. Defaults suit a hospital's gateway of some thousand devices in 1 GiB. */
export interface GatewayLimits {
  /** A PUBLISH with a longer payload is cut on the fly, kept as `oversized` and acknowledged. 500 readings with long ids fit. */
  readonly maxPayloadBytes: number;
  /** Any other packet longer than this (CONNECT with its will and token among them) closes the connection. */
  readonly maxControlPacketBytes: number;
  /** Longer topics are rejected as `wrong_topic`. */
  readonly maxTopicLength: number;
  /** Longer device and patient ids are refused or rejected. */
  readonly maxIdLength: number;
  /** A connection that has not sent its CONNECT by then is closed. */
  readonly connectTimeoutMs: number;
  /** Sockets above this, of both ports together, are dropped as they come in. */
  readonly maxConnections: number;
  /** Bytes waiting for the log, of all devices: no socket is read, and no device let in, until half of it is free. */
  readonly maxInflightBytes: number;
  /** The same for one connection: its socket alone is not read. */
  readonly maxConnectionInflightBytes: number;
  /** A device that does not read its acknowledgements for so long is closed. */
  readonly drainTimeoutMs: number;
  /** QoS 2 messages of one device between PUBREC and PUBREL; one more closes the connection. */
  readonly maxInflightQos2: number;
  /** A longer batch is rejected as `batch_too_large`. */
  readonly maxBackfillReadings: number;
  /** Readings older than this are rejected as `too_old`, live and backfilled. */
  readonly maxReadingAgeMs: number;
  /** So many publishes with a topic or identity that is not the device's, within the window, close its connection ... */
  readonly misuseLimit: number;
  readonly misuseWindowMs: number;
  /** ... and refuse the device for so long. */
  readonly misuseRefusalMs: number;
  /** Devices remembered after they left (misuse, presence); the longest unseen is forgotten first. */
  readonly maxRememberedDevices: number;
  /** Verified tokens are remembered this long, and never past their own expiry. */
  readonly tokenCacheMs: number;
  readonly maxCachedTokens: number;
  /** Appends under way at once; devices are spread over them, and each device keeps to one, which keeps its order. */
  readonly appendLanes: number;
  readonly maxAppendRecords: number;
  /** Appends begin at most this often: what comes meanwhile shares them. 0 for as often as the log can. */
  readonly appendEveryMs: number;
  readonly retryFirstPauseMs: number;
  readonly retryMaxPauseMs: number;
  /** How long a stop waits for what is in flight to become durable and acknowledged. */
  readonly stopDrainMs: number;
}

const HOUR_MS = 3_600_000;

export const DEFAULT_LIMITS: GatewayLimits = Object.freeze({
  maxPayloadBytes: 128 * 1024,
  maxControlPacketBytes: 16 * 1024,
  maxTopicLength: 256,
  maxIdLength: 128,
  connectTimeoutMs: 10_000,
  maxConnections: 20_000,
  maxInflightBytes: 64 * 1024 * 1024,
  maxConnectionInflightBytes: 256 * 1024,
  drainTimeoutMs: 60_000,
  maxInflightQos2: 100,
  maxBackfillReadings: 500,
  maxReadingAgeMs: 24 * HOUR_MS,
  misuseLimit: 10,
  misuseWindowMs: 60_000,
  misuseRefusalMs: 300_000,
  maxRememberedDevices: 100_000,
  tokenCacheMs: 300_000,
  maxCachedTokens: 50_000,
  appendLanes: 16,
  maxAppendRecords: 1_000,
  appendEveryMs: 0,
  retryFirstPauseMs: 50,
  retryMaxPauseMs: 2_000,
  stopDrainMs: 3_000,
});
