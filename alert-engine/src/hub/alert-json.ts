import { alertDocument } from '@vitalwire/core/alarms/alert-codec.ts';
import type { StoredEvent } from '@vitalwire/core/ports/alert-store.ts';

const written = new WeakMap<StoredEvent, string>();

/** The `alert` of an alert frame: the alert's fields and its `event`. Written once for an event, however many stations are sent it. */
export function alertJson(stored: StoredEvent): string {
  let json = written.get(stored);
  if (json === undefined) {
    json = JSON.stringify({ ...alertDocument(stored.event.alert), event: stored.event.event });
    written.set(stored, json);
  }
  return json;
}
