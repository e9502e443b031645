import type { AlertType, Priority } from '../alarms/condition.ts';
import type { LatestVitals } from '../vitals/latest.ts';
import type { Mode } from '../vitals/reading.ts';
import type { VitalName } from '../vitals/vital.ts';
import type { AlertLevel } from './analytics.ts';

/**
 * The latest of everything, for screens: newest vitals a patient, presence of devices, the pulse of the alerting pipeline. The newest
 * wins and nothing is queued; what must not be lost goes through the event log and the alert store instead.
 */
export interface LiveBus {
  /**
   * Stores each patient's newest vitals for 300 s and tells subscribers in every process. Older than what is stored (by measuredAtMs)
   * changes nothing and is not told; of the same moment replaces it.
   */
  publishVitals(updates: readonly LiveVitals[]): Promise<void>;
  /** Stores the device's presence (no expiry) and tells subscribers. */
  publishPresence(presence: DevicePresence): Promise<void>;
  /** "The alerting pipeline is alive and judging": each of its tasks says so every second. */
  publishPulse(pulse: Pulse): Promise<void>;
  /** Newest vitals of the patients named, those that have any. */
  latestVitals(patientIds: readonly string[]): Promise<readonly LiveVitals[]>;
  /** All patients with vitals in the last 300 s. */
  allLatestVitals(): Promise<readonly LiveVitals[]>;
  presence(): Promise<readonly DevicePresence[]>;
  /** What is published from now on, in every process; a subscriber that was away re-reads the latest. */
  subscribe(listener: LiveListener): Promise<Subscribed>;
  /** @throws VitalwireError `unavailable` */
  ping(): Promise<void>;
  /** Idempotent. */
  close(): Promise<void>;
}

export interface LiveListener {
  /** Nobody writes over what is told; whoever keeps it for long keeps a `LiveSlot`. */
  vitals(updates: readonly LiveVitals[]): void;
  presence(presence: DevicePresence): void;
  pulse(pulse: Pulse): void;
}

export interface Subscribed {
  /** Idempotent. */
  unsubscribe(): Promise<void>;
}

export interface LiveVitals {
  readonly patientId: string;
  readonly region: string;
  readonly deviceId: string;
  readonly mode: Mode;
  /** Newest event time among `vitals`. */
  readonly measuredAtMs: number;
  readonly vitals: LatestVitals;
  /** Crossings that are still being timed. */
  readonly pending: readonly PendingCrossing[];
  /**
   * Only in the first update after a pane of the rolling windows ended, every 10 s at most: what changes slowly need not travel each second. Never
   * embedded, where nobody could read them.
   */
  readonly rolling?: Readonly<Partial<Record<VitalName, RollingAggregates>>> | undefined;
  /** The early-warning score as it stands; left out where there is none. */
  readonly score?: LiveScore | undefined;
  /** Why the patient has no score at all, in words; left out where she may have one. */
  readonly scoreExclusion?: string | undefined;
}

export interface LiveScore {
  /** 0..20; a lower bound where `partial`. */
  readonly score: number;
  readonly level: AlertLevel;
  /** A parameter was missing, or its value too old. */
  readonly partial: boolean;
}

export type RollingWindow = '1m' | '5m' | '15m' | '60m';

/** By window; one that holds no usable value is left out. */
export type RollingAggregates = Readonly<Partial<Record<RollingWindow, RollingAggregate>>>;

/** A vital's usable values in [endMs - the window's length, endMs), by event time; `endMs` lies on a pane boundary aligned to the epoch. */
export interface RollingAggregate {
  readonly endMs: number;
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** Of the sample (n − 1); 0 for a single value. */
  readonly standardDeviation: number;
  /** Least squares, in the vital's unit a minute; undefined where all values are of one moment. */
  readonly slopePerMinute: number | undefined;
}

export interface PendingCrossing {
  readonly type: AlertType;
  readonly priority: Priority;
  readonly sinceMs: number;
  /** When the condition will be there if the crossing lasts. */
  readonly dueMs: number;
}

/** `connected`: a session is there; `born`: it has said who it is; `dead`: its will spoke, or it said goodbye; `lost`: the session ended without a word. */
export type PresenceState = 'connected' | 'born' | 'dead' | 'lost';

export interface DevicePresence {
  readonly deviceId: string;
  /** Empty while no patient is associated. */
  readonly patientId: string;
  readonly region: string;
  readonly state: PresenceState;
  readonly bootId: number;
  /** When the gateway saw it. */
  readonly atMs: number;
  readonly batteryPercent: number | undefined;
  /** The gateway that saw it, by the id of its process; left out where nobody said. */
  readonly gateway?: string | undefined;
}

export interface Pulse {
  /** Which task of the alerting pipeline: its partition. */
  readonly partition: number;
  readonly atMs: number;
  /** How far behind the end of the log the task is. */
  readonly lagRecords: number;
}
