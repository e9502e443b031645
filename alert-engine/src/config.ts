import type { AlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import type { OidcIssuer } from '@vitalwire/core/identity/staff-tokens.ts';
import type { SettingsSource } from '@vitalwire/core/settings/settings-source.ts';
import type { EscalationSettings, SecretOf } from './escalation/settings.ts';

export interface AlertEngineConfig {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Staff tokens are signed with it (HS256). */
  readonly staffSecret: string;
  /** Whose tokens are believed beside those; left out: nobody's. */
  readonly staffIssuer?: OidcIssuer | undefined;
  /** Every region of the deployment. */
  readonly regions: readonly string[];
  /** Only shown (a patient's limits); the alerting pipeline judges by its own copy. */
  readonly alarmSettings: AlarmSettings | SettingsSource<AlarmSettings>;
  /** Folder of the built nurse station, served at `/`; undefined serves none. */
  readonly stationRoot: string | undefined;
  /** Left out: the settings that come with the engine. */
  readonly escalation?: EscalationSettings | SettingsSource<EscalationSettings> | undefined;
  /** The secrets that the escalation settings name; left out: the environment's. */
  readonly secretOf?: SecretOf | undefined;
  readonly bounds: AlertEngineBounds;
}

export interface AlertEngineBounds {
  /** WebSocket connections, those that have not said hello included; more are refused with 503. */
  readonly clientsMax: number;
  readonly helloTimeoutMs: number;
  /** Largest frame a client may send. */
  readonly clientFrameBytesMax: number;
  readonly helloRegionsMax: number;
  readonly helloPatientsMax: number;
  /** A client with more than this waiting is sent no vitals until it has caught up. */
  readonly vitalsBufferBytes: number;
  /** A client with more than this waiting, besides its snapshot, is disconnected (4408) and resumes. */
  readonly alertBufferBytes: number;
  /** A patient's vitals are sent at most this often. */
  readonly vitalsIntervalMs: number;
  readonly heartbeatMs: number;
  /** Stations that read their snapshot from the store at the same time. */
  readonly joinsMax: number;
  /** Older than this, a pulse of the alerting pipeline or an answer of the store vouches for nothing. */
  readonly vouchMs: number;
  /** A task of the alerting pipeline further behind than this is late, not live. */
  readonly pulseLagRecordsMax: number;
  /** A patient's device must be away for this long to be an alarm. */
  readonly offlineGraceMs: number;
  readonly deviceWatchMs: number;
  /** HTTP requests a second and person, sustained; a burst may be five times that. */
  readonly requestsPerSecond: number;
}

export const DEFAULT_BOUNDS: AlertEngineBounds = Object.freeze({
  clientsMax: 2_000,
  helloTimeoutMs: 5_000,
  clientFrameBytesMax: 65_536,
  helloRegionsMax: 64,
  helloPatientsMax: 500,
  vitalsBufferBytes: 256 * 1024,
  alertBufferBytes: 4 * 1024 * 1024,
  vitalsIntervalMs: 250,
  heartbeatMs: 2_000,
  joinsMax: 16,
  vouchMs: 5_000,
  pulseLagRecordsMax: 5_000,
  offlineGraceMs: 60_000,
  deviceWatchMs: 5_000,
  requestsPerSecond: 100,
});
