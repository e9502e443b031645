import type { StaffIdentity } from '@vitalwire/core/identity/token.ts';
import type { NewRecord } from '@vitalwire/core/ports/event-log.ts';
import { toIso } from '@vitalwire/core/runtime/iso-time.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';

export type ActionName =
  | 'alarm_pause'
  | 'alarm_pause_lifted'
  | 'limits_set'
  | 'chart_set'
  | 'admitted'
  | 'transferred'
  | 'discharged';

/** A line of the audit trail about what a person changed, other than an alert: on `vitalwire.actions`, JSON, kept two years. */
export function actionRecord(
  identity: StaffIdentity,
  action: ActionName,
  patient: { readonly patientId: string; readonly region: string },
  atMs: number,
  change: { readonly before: unknown; readonly after: unknown },
): NewRecord {
  const { patientId, region } = patient;
  const line = {
    action,
    actor: identity.name,
    role: identity.role,
    at: toIso(atMs),
    patient_id: patientId,
    region,
  };
  return {
    topic: TOPICS.actions.name,
    key: patientId,
    value: Buffer.from(JSON.stringify({ ...line, ...change })),
    headers: { action, region },
    timestampMs: atMs,
  };
}
