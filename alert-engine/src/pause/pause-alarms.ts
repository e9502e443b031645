import type { Alert } from '@vitalwire/core/alarms/alert.ts';
import type { Priority } from '@vitalwire/core/alarms/condition.ts';
import type { StaffIdentity } from '@vitalwire/core/identity/token.ts';
import { act, type ActionDeps } from '../actions/actions.ts';
import { actionRecord } from '../audit/action-record.ts';
import { worse } from '../lifecycle/state.ts';
import { pauseDocument, type Pause } from './pause.ts';
import type { Pauses } from './pauses.ts';

export interface PauseDeps extends ActionDeps {
  readonly pauses: Pauses;
}

/** With nothing open: a nurse is about to do what will set off the ordinary alarms; the grave ones still come through. */
const PRIORITY_WITHOUT_ALERTS: Priority = 'medium';

/**
 * Silences a patient's alarms for a while: those that sound now, and new ones that are no worse. The pause is durable before any alert is
 * silenced, so a crash in between leaves an alert sounding, never one silent without an end.
 */
export async function pauseAlarms(
  deps: PauseDeps,
  identity: StaffIdentity,
  patient: { readonly patientId: string; readonly region: string },
  seconds: number,
): Promise<Pause> {
  const { patientId, region } = patient;
  const unacknowledged = await pendingOf(deps, region, patientId);
  const nowMs = deps.clock.now();
  const before = deps.pauses.of(patientId);
  const pause: Pause = {
    patientId,
    untilMs: nowMs + seconds * 1000,
    by: identity.name,
    priority: unacknowledged.reduce<Priority>(
      (worst, { priority }) => worse(worst, priority),
      before?.priority ?? unacknowledged[0]?.priority ?? PRIORITY_WITHOUT_ALERTS,
    ),
  };
  await deps.pauses.set(
    pause,
    actionRecord(identity, 'alarm_pause', patient, nowMs, {
      before: before ? pauseDocument(before) : null,
      after: pauseDocument(pause),
    }),
  );
  for (const { id } of unacknowledged) await act(deps, region, id, { kind: 'pause', actor: identity.name });
  return pause;
}

/** Idempotent. What the pause kept quiet sounds. */
export async function liftPause(
  deps: PauseDeps,
  identity: StaffIdentity,
  patient: { readonly patientId: string; readonly region: string },
): Promise<void> {
  const { patientId, region } = patient;
  const before = deps.pauses.of(patientId);
  if (before) {
    const change = { before: pauseDocument(before), after: null };
    await deps.pauses.lift(
      patientId,
      actionRecord(identity, 'alarm_pause_lifted', patient, deps.clock.now(), change),
    );
  }
  for (const { id, silence } of await pendingOf(deps, region, patientId)) {
    if (silence !== 'paused') continue;
    await act(deps, region, id, { kind: 'sound', actor: identity.name, reason: 'pause lifted' });
  }
}

async function pendingOf(deps: PauseDeps, region: string, patientId: string): Promise<readonly Alert[]> {
  return (await deps.alerts.open(region, patientId)).filter(({ status }) => status === 'pending');
}
