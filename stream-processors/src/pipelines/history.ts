/**
 * Readings that come too late to be judged as now (a backfill): what they crossed is found all the same, and recorded. A limit state of
 * its own, fed by them alone, in the order of their event times; the live one knows nothing of it.
 *
 * A crossing is told once, when it is over: by clean samples as the alarm model says, or because nothing more has come for
 * `HISTORY_SETTLED_MS` of processing time, at its last sample. So a replay tells the same, and what is sent again is recognised: by its
 * sequence, else as no newer than what was judged, and at the latest by the condition's id. What a live alert covered is not told again.
 */
import { isUsable } from '@vitalwire/core/vitals/quality.ts';
import { NO_MARKS, validityOf, type Mode } from '@vitalwire/core/vitals/reading.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { judgeLimit, type LimitState, type PresentLimit } from '../operators/judge-limit.ts';
import { crosses, type LimitRule } from '../operators/limit-rule.ts';
import { limitAt } from '../operators/limit-states.ts';
import {
  isAlone,
  judgedAtMs,
  newSampling,
  noteSample,
  uncountedMs,
  type Sampling,
} from '../operators/sampling.ts';
import { emit, type AlertingOutputs } from './outputs.ts';
import type { PatientState } from './patient-state.ts';
import type { Rulebook } from './rulebook.ts';
import type { Step } from './technical.ts';

/** Kept as long as the patient is: what was judged once is not judged anew. */
export interface HistoryState {
  /** Of the newest historical reading. */
  deviceId: string;
  mode: Mode;
  /** Its arrival. */
  heardAtMs: number;
  readonly sampling: Sampling;
  /** By limit rule, as the live ones; null where the value is inside. */
  readonly limits: (HistoricalLimit | null)[];
  /** Whether any of them is there. */
  isOpen: boolean;
}

interface HistoricalLimit {
  state: LimitState;
  /** Of what is present: when its delay had passed, and the value that showed the priority it has. */
  beganAtMs: number;
  value: number;
}

/** Nothing more has come of a backfill for so long: it is at its end. */
export const HISTORY_SETTLED_MS = 60_000;

const newHistory = (): HistoryState => ({
  deviceId: '',
  mode: 'real',
  heardAtMs: Number.NEGATIVE_INFINITY,
  sampling: newSampling(),
  limits: VITALS.flatMap(() => [null, null]),
  isOpen: false,
});

/** A reading too old to be judged as now; `values` in the order of VITALS. */
export function judgeHistory(step: Step, book: Rulebook, values: Float64Array): void {
  const { patient, input, outputs } = step;
  const { reading, atMs, arrivalMs } = input;
  const rules = book.limitsOf(patient.context);
  settleHistory(book, reading.patientId, patient, arrivalMs, outputs);
  const history = (patient.history ??= newHistory());
  history.deviceId = reading.deviceId;
  history.mode = reading.mode;
  if (arrivalMs > history.heardAtMs) history.heardAtMs = arrivalMs;
  for (let vital = 0; vital < values.length; vital++) {
    const value = values[vital]!;
    if (Number.isNaN(value) || atMs <= judgedAtMs(history.sampling, vital)) continue;
    if (reading.validity !== NO_MARKS && !isUsable(validityOf(reading, VITALS[vital]!))) continue;
    judgeSide(step, history, rules[vital * 2]!, vital * 2, value);
    judgeSide(step, history, rules[vital * 2 + 1]!, vital * 2 + 1, value);
    noteSample(history.sampling, vital, atMs);
  }
}

function judgeSide(step: Step, history: HistoryState, rule: LimitRule, index: number, value: number): void {
  const before = history.limits[index] ?? null;
  if (before === null && !crosses(rule, rule.limit, value)) return;
  const { settings, patient, input, outputs } = step;
  const { atMs } = input;
  const { patientId } = input.reading;
  const vital = index >> 1;
  if (isCovered(patient, index, atMs)) {
    return endLimit(settings.version, patientId, patient, history, rule, index, outputs);
  }
  const { state, change } = judgeLimit(before?.state ?? null, rule, {
    value,
    atMs,
    uncountedMs: uncountedMs(history.sampling, vital, atMs),
    alone: isAlone(history.sampling, vital, atMs),
  });
  if (change?.event === 'ended') {
    tell(settings.version, patientId, patient, history, rule, before!, change, atMs, outputs);
  }
  if (state === null) {
    history.limits[index] = null;
    return;
  }
  const limit: HistoricalLimit = before ?? { state, beganAtMs: atMs, value };
  limit.state = state;
  if (change?.event === 'began') limit.beganAtMs = atMs;
  if (change !== undefined) limit.value = value;
  history.limits[index] = limit;
  history.isOpen = true;
}

/** The live alert of the rule, present or the last one that ended, was there at the time. */
function isCovered({ limits, covered }: PatientState, index: number, atMs: number): boolean {
  const present = limitAt(limits, index)?.condition;
  if (present !== undefined && present.onsetMs <= atMs) return true;
  return covered !== null && atMs >= covered[index * 2]! && atMs < covered[index * 2 + 1]!;
}

/** A live condition is over: history that comes later has nothing to add to it. */
export function noteCovered(patient: PatientState, index: number, onsetMs: number, endedAtMs: number): void {
  const covered = (patient.covered ??= new Float64Array(4 * VITALS.length).fill(Number.NaN));
  covered[index * 2] = onsetMs;
  covered[index * 2 + 1] = endedAtMs;
}

/** What stands of a backfill that is at its end by `nowMs` (processing time). */
export function settleHistory(
  book: Rulebook,
  patientId: string,
  patient: PatientState,
  nowMs: number,
  outputs: AlertingOutputs,
): void {
  const { history } = patient;
  if (history === null || !history.isOpen || nowMs - history.heardAtMs < HISTORY_SETTLED_MS) return;
  endHistory(book, patientId, patient, outputs);
}

/** Whatever comes now is judged otherwise, or nothing comes: what stands of a backfill ends where its samples do. */
export function endHistory(
  { settings, limitsOf }: Rulebook,
  patientId: string,
  patient: PatientState,
  outputs: AlertingOutputs,
): void {
  const { history } = patient;
  if (history === null || !history.isOpen) return;
  const rules = limitsOf(patient.context);
  for (let index = 0; index < history.limits.length; index++) {
    endLimit(settings.version, patientId, patient, history, rules[index]!, index, outputs);
  }
  history.isOpen = false;
}

function endLimit(
  settingsVersion: string,
  patientId: string,
  patient: PatientState,
  history: HistoryState,
  rule: LimitRule,
  index: number,
  outputs: AlertingOutputs,
): void {
  const limit = history.limits[index] ?? null;
  history.limits[index] = null;
  if (limit?.state.condition === undefined) return;
  const lastMs = judgedAtMs(history.sampling, index >> 1);
  tell(settingsVersion, patientId, patient, history, rule, limit, limit.state.condition, lastMs, outputs);
}

function tell(
  settingsVersion: string,
  patientId: string,
  patient: PatientState,
  { deviceId, mode }: HistoryState,
  { type }: LimitRule,
  { beganAtMs, value }: HistoricalLimit,
  { onsetMs, priority, threshold }: PresentLimit,
  atMs: number,
  outputs: AlertingOutputs,
): void {
  const historical = { beganAtMs };
  const facts = { type, priority, threshold, value, onsetMs, atMs, deviceId, mode, historical };
  emit(outputs, settingsVersion, patientId, patient, { ...facts, event: 'ended', revision: 1 });
}
