import type { Client } from 'aedes';

/** What Aedes keeps of a client's keep-alive; it has no word for it in public. */
interface KeepAlive {
  readonly _keepaliveTimer?: NodeJS.Timeout | null;
}

/** Tells Aedes that the device was heard, where its packets do not pass Aedes (MQTT 3.1.1, 3.1.2.10). */
export function heard(client: Client): void {
  (client as KeepAlive)._keepaliveTimer?.refresh();
}
