const DAY_MS = 86_400_000;

/** What becomes of a topic's old records: deleted after a time, or all but the newest of each key removed. */
export type Retention = { readonly kind: 'time'; readonly ms: number } | { readonly kind: 'compact' };

export interface TopicSpec {
  readonly name: string;
  readonly retention: Retention;
}

export const TOPICS = {
  readings: { name: 'vitals.readings', retention: { kind: 'time', ms: 7 * DAY_MS } },
  rejected: { name: 'vitals.rejected', retention: { kind: 'time', ms: 30 * DAY_MS } },
  presence: { name: 'devices.presence', retention: { kind: 'compact' } },
  conditions: { name: 'alerts.conditions', retention: { kind: 'time', ms: 30 * DAY_MS } },
  lifecycle: { name: 'alerts.lifecycle', retention: { kind: 'time', ms: 730 * DAY_MS } },
  patients: { name: 'patients.changes', retention: { kind: 'compact' } },
  deadLetters: { name: 'vitalwire.dead-letters', retention: { kind: 'time', ms: 30 * DAY_MS } },
  riskScores: { name: 'vitalwire.risk-scores', retention: { kind: 'time', ms: 7 * DAY_MS } },
  regionalShares: { name: 'vitalwire.regional-shares', retention: { kind: 'time', ms: 7 * DAY_MS } },
  /** Key: patient. The pause of her alarms, null once it was lifted. */
  alarmPauses: { name: 'vitalwire.alarm-pauses', retention: { kind: 'compact' } },
  /** Key: patient. What people changed, other than alerts: the other half of the audit trail. */
  actions: { name: 'vitalwire.actions', retention: { kind: 'time', ms: 730 * DAY_MS } },
  /** Key: delivery. Each state of every delivery of an alert to someone outside the stations. */
  deliveries: { name: 'vitalwire.deliveries', retention: { kind: 'time', ms: 30 * DAY_MS } },
  alertingCheckpoints: { name: 'vitalwire.checkpoints.alerting', retention: { kind: 'compact' } },
  storageCheckpoints: { name: 'vitalwire.checkpoints.storage', retention: { kind: 'compact' } },
  auditCheckpoints: { name: 'vitalwire.checkpoints.audit', retention: { kind: 'compact' } },
  deliveryCheckpoints: { name: 'vitalwire.checkpoints.deliveries', retention: { kind: 'compact' } },
} as const satisfies Record<string, TopicSpec>;

export const ALL_TOPICS: readonly TopicSpec[] = Object.values(TOPICS);

/**
 * The partition of a key: FNV-1a over its UTF-16 code units. Every producer uses this one function, so that all topics keyed by
 * patient agree, whichever engine keeps them.
 */
export function partitionOf(key: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % partitions;
}
