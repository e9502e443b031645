import type { AlertEvent } from '@vitalwire/core/alarms/alert.ts';
import type { AlertStore } from '@vitalwire/core/ports/alert-store.ts';

const PAGE_ALERTS = 200;

/** The history of every alert the store still has, newest alert first. */
export async function* everythingRetained(
  alerts: AlertStore,
  regions: readonly string[],
  attempt: <T>(work: () => Promise<T>) => Promise<T>,
): AsyncGenerator<readonly AlertEvent[]> {
  let after: string | undefined;
  do {
    const page = await attempt(() =>
      alerts.list({
        regions,
        patientId: undefined,
        status: undefined,
        priority: undefined,
        type: undefined,
        limit: PAGE_ALERTS,
        after,
      }),
    );
    for (const alert of page.alerts) {
      const history = await attempt(() => alerts.history(alert.region, alert.id));
      if (history.length > 0) yield history;
    }
    after = page.next;
  } while (after !== undefined);
}
