/**
 * The data model's keys. The braces are Redis Cluster's hash tags: all keys of a region share a slot, so that one script may touch them.
 */
export interface RegionKeys {
  /** Patient ids, score: the rank of the worst pending alert. */
  readonly pending: string;
  /** Ids of patients with an open critical alert. */
  readonly critical: string;
  /** Stream of every change, oldest first. */
  readonly events: string;
  /** Id of the last event that was trimmed from the stream. */
  readonly trimmed: string;
  /** Ids of alerts that are not resolved. */
  readonly open: string;
  /** Ids of all alerts kept, score: when they were raised. */
  readonly timeline: string;
  /** `patient_id alert_id` of resolved alerts, score: until when they are kept. */
  readonly expiring: string;
}

export function regionKeys(region: string): RegionKeys {
  return {
    pending: `alerts:pending:{${region}}`,
    critical: `alerts:critical:{${region}}`,
    events: `alerts:events:{${region}}`,
    trimmed: `alerts:events:trimmed:{${region}}`,
    open: `alerts:open:{${region}}`,
    timeline: `alerts:timeline:{${region}}`,
    expiring: `alerts:expiring:{${region}}`,
  };
}

export interface PatientKeys {
  /** Alert ids, newest first. */
  readonly alerts: string;
  /** How many are pending. */
  readonly count: string;
  /** The fields of the newest. */
  readonly latest: string;
  /** Ids of those resolved in the last 24 h, newest first. */
  readonly resolved: string;
  /** Alert id by type, of those that are not resolved. */
  readonly open: string;
}

export function patientKeys(region: string, patientId: string): PatientKeys {
  return {
    alerts: `patient:alerts:{${region}}:${patientId}`,
    count: `patient:alerts:count:{${region}}:${patientId}`,
    latest: `patient:alerts:latest:{${region}}:${patientId}`,
    resolved: `patient:alerts:resolved:{${region}}:${patientId}`,
    open: `patient:alerts:open:{${region}}:${patientId}`,
  };
}

export const alertKey = (region: string, alertId: string): string => `alert:{${region}}:${alertId}`;
export const historyKey = (region: string, alertId: string): string => `alert:history:{${region}}:${alertId}`;

/** Written to wait for, and never read. */
export const SETTLED_KEY = 'alerts:settled';

/** Says a region's name after each commit; only a hint. */
export const COMMITS_CHANNEL = 'alerts:committed';

export const vitalsKey = (patientId: string): string => `cache:vitals:latest:${patientId}`;
/** Patient ids, score: until when their vitals are kept. */
export const VITALS_INDEX = 'cache:vitals:patients';
/** JSON by device id. */
export const PRESENCE_KEY = 'devices:presence';
export const vitalsChannel = (region: string): string => `live:vitals:${region}`;
export const VITALS_CHANNELS = vitalsChannel('*');
export const PRESENCE_CHANNEL = 'live:presence';
export const PULSE_CHANNEL = 'live:pulse';

export const patientKey = (patientId: string): string => `cache:patient:${patientId}`;
export const riskKey = (patientId: string): string => `cache:risk:${patientId}`;
