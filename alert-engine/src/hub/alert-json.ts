import { alertDocument } from '@vitalwire/core/alarms/alert-codec.ts';
import type { StoredEvent } from '@vitalwire/core/ports/alert-store.ts';

const written = new WeakMap<StoredEvent, string>();

/** The `alert` of an alert frame: the alert's fields, its `event`, and why and by whom. Written once for an event, however many stations are sent it. */
export function alertJson(stored: StoredEvent): string {
  let json = written.get(stored);
  if (json === undefined) {
    const { alert, event, reason, actor } = stored.event;
    json = JSON.stringify({ ...alertDocument(alert), event, reason: reason ?? null, actor });
    written.set(stored, json);
  }
  return json;
}
