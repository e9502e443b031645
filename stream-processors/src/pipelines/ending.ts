import type { EndReason, Priority } from '@vitalwire/core/alarms/condition.ts';
import type { PresentLimit } from '../operators/judge-limit.ts';
import { startOverStuck } from '../operators/judge-stuck.ts';
import { endHistory } from './history.ts';
import { emit, type AlertingOutputs, type Change } from './outputs.ts';
import type { PatientState } from './patient-state.ts';
import type { Rulebook } from './rulebook.ts';
import { endScore } from './scoring.ts';

/** What is present of a patient ends for a reason that is not the vitals' own; the state is as if nothing had been there. */
export function endAll(
  book: Rulebook,
  patientId: string,
  patient: PatientState,
  atMs: number,
  reason: Exclude<EndReason, 'device_changed'>,
  outputs: AlertingOutputs,
): void {
  const { settings, limitsOf } = book;
  const say = (change: Omit<Change, 'event' | 'atMs' | 'reason'>): void =>
    emit(outputs, settings.version, patientId, patient, { ...change, event: 'ended', atMs, reason });
  const once = (type: Change['type'], onsetMs: number, priority: Priority = 'low', deviceId?: string): void =>
    say({ type, priority, revision: 2, onsetMs, ...(deviceId === undefined ? {} : { deviceId }) });

  endHistory(book, patientId, patient, outputs);
  const rules = limitsOf(patient.context);
  const { limits } = patient;
  patient.limits = null;
  for (const [index, limit] of (limits ?? []).entries()) {
    if (limit?.condition) say(endOfLimit(rules[index]!.type, limit.condition));
  }
  endScore(settings, patientId, patient, atMs, reason, outputs);
  for (const [type, { onsetMs, priority }] of Object.entries(patient.trends)) {
    once(type as Change['type'], onsetMs, priority);
  }
  patient.trends = {};
  if (patient.leadOff?.onsetMs !== undefined) once('lead_off', patient.leadOff.onsetMs);
  patient.leadOff = null;
  if (patient.batteryLow) once('battery_low', patient.batteryLow.onsetMs, 'low', patient.batteryLow.deviceId);
  patient.batteryLow = null;
  if (patient.clockWrong) once('clock_wrong', patient.clockWrong.onsetMs, 'low', patient.clockWrong.deviceId);
  patient.clockWrong = null;
  if (patient.feedLate?.present) once('feed_late', patient.feedLate.onsetMs);
  patient.feedLate = null;
  if (patient.stuck !== null) once('value_stuck', patient.stuck.onsetMs);
  patient.stuck = null;
  startOverStuck(patient.cells);
  if (patient.signal.lost) once('signal_lost', patient.signal.measuredAtMs);
  patient.signal.lost = false;
}

export const endOfLimit = (
  type: Change['type'],
  condition: PresentLimit,
): Pick<Change, 'type' | 'priority' | 'threshold' | 'onsetMs' | 'revision'> => ({
  type,
  priority: condition.priority,
  threshold: condition.threshold,
  onsetMs: condition.onsetMs,
  revision: condition.revision + 1,
});
