import type { Alert } from '../feed/patient.ts';

/** Both lists as one, each alert once in its newest version, newest alerts first. */
export function mergeAlerts(known: readonly Alert[], more: readonly Alert[]): readonly Alert[] {
  const byId = new Map(known.map((alert) => [alert.id, alert]));
  for (const alert of more) {
    const before = byId.get(alert.id);
    if (before === undefined || before.version <= alert.version) byId.set(alert.id, alert);
  }
  return [...byId.values()].sort((a, b) => b.raisedAtMs - a.raisedAtMs || (a.id < b.id ? -1 : 1));
}
