import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { ConditionEvent } from '@vitalwire/core/alarms/condition.ts';
import { RECENT_ALERTS, type AlertStore } from '@vitalwire/core/ports/alert-store.ts';

/** `seen`: the condition was applied before, to an alert that has since gone on with another or was closed. */
export type Located =
  { readonly kind: 'alert'; readonly alert: Alert | undefined } | { readonly kind: 'seen' };

/**
 * The alert that a condition event is for. Most are told by id alone: an alert carries the id of the condition that raised it and of the
 * one it stands for now. A condition that an open alert went on with (`recur`) is in that alert's history and nowhere else, so a
 * condition of no known id is looked for there before it counts as new: a replay must not raise it a second time.
 */
export async function locate(
  store: AlertStore,
  condition: ConditionEvent,
  openOfPatient: Promise<readonly Alert[]>,
): Promise<Located> {
  const { id, patientId, region, type } = condition;
  if (condition.historical) {
    // It is an alert of its own, whatever stands open.
    const [own] = await Promise.all([store.get(region, id), openOfPatient]);
    return { kind: 'alert', alert: own };
  }
  const rest = (): Promise<readonly [Alert | undefined, readonly Alert[]]> =>
    Promise.all([store.get(region, id), store.recent(region, patientId, type, RECENT_ALERTS)]);
  // What begins is seldom known: all is asked at once. What goes on or ends nearly always stands for an open alert.
  const asked = condition.event === 'began' ? rest() : undefined;
  const [openAlerts] = await Promise.all([openOfPatient, asked]);
  const open = openAlerts.find((alert) => alert.type === type);
  if (open && (open.conditionId === id || open.id === id)) return { kind: 'alert', alert: open };
  const [own, recent] = await (asked ?? rest());
  if (own) return { kind: 'alert', alert: own };
  for (const alert of recent) {
    // Only an alert that went on with another condition can have stood for one that neither of its ids names.
    if (alert.conditionId === alert.id) continue;
    const history = await store.history(region, alert.id);
    if (history.some((event) => event.alert.conditionId === id)) {
      if (alert.conditionId !== id) return { kind: 'seen' };
      return { kind: 'alert', alert };
    }
  }
  return { kind: 'alert', alert: open };
}
