import type { AlertEvent } from '../../alarms/alert.ts';
import { encodeAlertEvent } from '../../alarms/alert-codec.ts';
import { RECENT_ALERTS } from '../../ports/alert-store.ts';
import { toFields } from './alert-fields.ts';
import { alertKey, COMMITS_CHANNEL, historyKey, patientKeys, regionKeys } from './keys.ts';

/** How long events, and alerts after they were resolved, are kept here; for ever is `alerts.lifecycle`'s affair. */
const KEPT_MS = 48 * 3_600_000;
/** `patient:alerts:resolved`, in the data model. */
const RESOLVED_S = 86_400;
const PATIENT_ALERTS_MAX = 1_000;

/** Keys and arguments of the script `COMMIT`. `isUnread`: nothing was read before the event was decided. */
export function commitArguments(event: AlertEvent, isUnread: boolean, token: string): string[] {
  const { alert } = event;
  const { region, patientId } = alert;
  const of = regionKeys(region);
  const patient = patientKeys(region, patientId);
  const about = {
    token,
    id: alert.id,
    version: alert.version,
    status: alert.status,
    type: alert.type,
    patient_id: patientId,
    region,
    raised_at_ms: alert.raisedAtMs,
    kept_ms: KEPT_MS,
    resolved_s: RESOLVED_S,
    list_max: PATIENT_ALERTS_MAX,
    alert_prefix: alertKey(region, ''),
    list_prefix: patientKeys(region, '').alerts,
    channel: COMMITS_CHANNEL,
    ...(isUnread ? { unread_of_type: RECENT_ALERTS } : {}),
  };
  return [
    alertKey(region, alert.id),
    historyKey(region, alert.id),
    of.events,
    of.trimmed,
    of.open,
    of.timeline,
    of.expiring,
    of.pending,
    of.critical,
    patient.alerts,
    patient.count,
    patient.latest,
    patient.resolved,
    patient.open,
    JSON.stringify(about),
    JSON.stringify(toFields(alert)),
    Buffer.from(encodeAlertEvent(event)).toString('utf8'),
  ];
}
