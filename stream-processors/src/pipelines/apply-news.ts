/** Settings and patients change while everything runs: what becomes of what is being timed and of what is present. */
import type { TrendType } from '@vitalwire/core/alarms/condition.ts';
import type { Patient } from '@vitalwire/core/ports/patient-directory.ts';
import { startOverStuck } from '../operators/judge-stuck.ts';
import { suspendLimits, withLimit } from '../operators/limit-states.ts';
import type { AlertingState } from './alerting.ts';
import { endAll, endOfLimit } from './ending.ts';
import { endHistory } from './history.ts';
import { emit, type AlertingOutputs } from './outputs.ts';
import { contextOf, isSameContext, type PatientContext } from './patient-context.ts';
import type { PatientState } from './patient-state.ts';
import type { Rulebook } from './rulebook.ts';
import { takeContext } from './scoring.ts';

/** Undefined: the directory does not know the patient (any more). Answers whether the state changed. */
export function applyPatient(
  state: AlertingState,
  book: Rulebook,
  patientId: string,
  patient: Patient | undefined,
  nowMs: number,
  outputs: AlertingOutputs,
): boolean {
  const before = state.contexts.get(patientId);
  const known = state.patients.get(patientId);
  const leave = (reason: 'removed' | 'discharged'): void => {
    if (known) endAll(book, patientId, known, nowMs, reason, outputs);
    state.patients.delete(patientId);
    outputs.touched.delete(patientId);
  };
  if (patient === undefined) {
    if (before === undefined) return false;
    state.contexts.delete(patientId);
    // Who is discharged has left already.
    if (!before.discharged) leave('removed');
    return true;
  }
  const context = contextOf(patient);
  if (isSameContext(before, context)) return false;
  state.contexts.set(patientId, context);
  if (context.discharged) leave('discharged');
  else if (known) enter(book, patientId, known, context, nowMs, outputs);
  return true;
}

function enter(
  book: Rulebook,
  patientId: string,
  patient: PatientState,
  context: PatientContext,
  nowMs: number,
  outputs: AlertingOutputs,
): void {
  const sameLimits =
    JSON.stringify([patient.context?.profile ?? 'adult', patient.context?.limits ?? {}]) ===
    JSON.stringify([context.profile, context.limits]);
  patient.context = context;
  if (!sameLimits) startOver(book, patientId, patient, nowMs, outputs);
  takeContext(book.settings, patientId, patient, context, nowMs, outputs);
}

/** Timers of other settings say nothing under these: what is present stays, what was being timed starts over, what has no rule ends. */
export function applySettings(
  book: Rulebook,
  patientId: string,
  patient: PatientState,
  nowMs: number,
  outputs: AlertingOutputs,
): void {
  startOver(book, patientId, patient, nowMs, outputs);
  const { settings } = book;
  const ended = { event: 'ended', revision: 2, atMs: nowMs, reason: 'rule_removed' } as const;
  const rules = new Set<string>(book.trends.flat().map(({ type }) => type));
  for (const [type, { onsetMs, priority }] of Object.entries(patient.trends)) {
    if (rules.has(type)) continue;
    delete patient.trends[type as TrendType];
    const change = { ...ended, type: type as TrendType, onsetMs, priority };
    emit(outputs, settings.version, patientId, patient, change);
  }
  startOverStuck(patient.cells);
  if (patient.stuck === null) return;
  const { onsetMs } = patient.stuck;
  patient.stuck = null;
  const change = { ...ended, type: 'value_stuck', priority: 'low', onsetMs } as const;
  emit(outputs, settings.version, patientId, patient, change);
}

function startOver(
  book: Rulebook,
  patientId: string,
  patient: PatientState,
  nowMs: number,
  outputs: AlertingOutputs,
): void {
  endHistory(book, patientId, patient, outputs);
  const rules = book.limitsOf(patient.context);
  const { limits } = patient;
  patient.limits = suspendLimits(limits);
  for (const [index, limit] of (limits ?? []).entries()) {
    const rule = rules[index]!;
    if (rule.tiers.length > 0) continue;
    patient.limits = withLimit(patient.limits, index, null);
    if (limit?.condition === undefined) continue;
    emit(outputs, book.settings.version, patientId, patient, {
      ...endOfLimit(rule.type, limit.condition),
      event: 'ended',
      atMs: nowMs,
      reason: 'rule_removed',
    });
  }
}
