import { act, type ActionDeps } from '../actions/actions.ts';

/** Resolves whatever is open for a patient in a region. Idempotent. */
export async function closeAlerts(
  deps: ActionDeps,
  region: string,
  patientId: string,
  actor: string,
  reason: string,
): Promise<void> {
  for (const { id } of await deps.alerts.open(region, patientId)) {
    await act(deps, region, id, { kind: 'close', actor, reason });
  }
}
