import type { Account, AlertNote } from '../ledger/account.ts';
import type { ApiClient } from './api-client.ts';

/** What stations cannot have seen: alerts as the API has them, with every onset that each had. */
export async function addStoredAlerts(account: Account, api: ApiClient): Promise<void> {
  const startedAtMs = account.run?.started_at_ms ?? 0;
  const alerts = (await api.alertsSince(startedAtMs)).filter(({ patient_id: id }) => account.byPatient(id));
  for (const alert of alerts) {
    const seen = (onset: string, event: string): AlertNote => ({
      kind: 'alert',
      id: alert.id,
      patient_id: alert.patient_id,
      type: alert.type,
      alert_kind: alert.kind,
      onset_ms: Date.parse(onset),
      event,
      seen_at_ms: undefined,
    });
    if (Date.parse(alert.onset) >= startedAtMs) account.alert(seen(alert.onset, 'raised'));
    if (alert.version === 1) continue;
    for (const { onset, event } of await api.onsets(alert.id)) {
      if (Date.parse(onset) >= startedAtMs && (event === 'raised' || event === 'updated'))
        account.alert(seen(onset, event));
    }
  }
}
