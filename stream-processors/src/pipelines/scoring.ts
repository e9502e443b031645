/** The early-warning score's way through the alerting pipeline: values, score, condition, rows of `risk_scores`, shares of `regional_stats`. */
import { addPatient, emptyShare, type RegionalShare } from '@vitalwire/core/clinical/regional-share.ts';
import type { AlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { observeScore, settleScore } from '../operators/judge-score.ts';
import { isStuck } from '../operators/judge-stuck.ts';
import {
  isSameScore,
  recountOxygen,
  scoreAt,
  takeConsciousness,
  takeOxygen,
  takeVital,
} from '../operators/score-values.ts';
import type { StreamReading } from '../operators/stream-reading.ts';
import { emit, touch, type AlertingOutputs } from './outputs.ts';
import type { PatientContext } from './patient-context.ts';
import type { PatientState } from './patient-state.ts';

/** All scores are written at each of these moments, so that none is older. */
export const SCORE_WRITTEN_EVERY_MS = 900_000;
const HOUR_MS = 3_600_000;

export const quarterOf = (ms: number): number =>
  Math.floor(ms / SCORE_WRITTEN_EVERY_MS) * SCORE_WRITTEN_EVERY_MS;

const oxygenScaleOf = (patient: PatientState): 1 | 2 => patient.context?.oxygenScale ?? 1;

/** A live reading: takes its values, and scores where they count otherwise than before. */
export function scoreReading(
  settings: AlarmSettings,
  patient: PatientState,
  usable: Float64Array,
  input: StreamReading,
  outputs: AlertingOutputs,
): void {
  const { reading, atMs, arrivalMs } = input;
  const { cells, scoreValues } = patient;
  settle(settings, reading.patientId, patient, arrivalMs, outputs);
  const oxygenScale = oxygenScaleOf(patient);
  const { deviceId, supplementalOxygen, consciousness } = reading;
  let news = false;
  if (supplementalOxygen !== undefined)
    news = takeOxygen(cells, scoreValues, supplementalOxygen, atMs, deviceId);
  if (consciousness !== 'unknown') {
    news = takeConsciousness(scoreValues, consciousness, atMs, deviceId) || news;
  }
  for (let vital = 0; vital < usable.length; vital++) {
    const value = usable[vital]!;
    if (Number.isNaN(value)) continue;
    if (isStuck(patient.stuck, vital)) continue;
    if (takeVital(cells, scoreValues, vital, value, atMs, deviceId, oxygenScale)) news = true;
  }
  if (news) rescore(settings, reading.patientId, patient, atMs, arrivalMs, outputs);
}

/** What the patient's chart and record say, as far as it is news. */
export function takeContext(
  settings: AlarmSettings,
  patientId: string,
  patient: PatientState,
  context: PatientContext,
  nowMs: number,
  outputs: AlertingOutputs,
): void {
  const { supplementalOxygen, consciousness } = context;
  const { cells, scoreValues } = patient;
  if (supplementalOxygen) takeOxygen(cells, scoreValues, supplementalOxygen.value, supplementalOxygen.atMs);
  if (consciousness) takeConsciousness(scoreValues, consciousness.value, consciousness.atMs);
  recountOxygen(cells);
  rescore(settings, patientId, patient, nowMs, nowMs, outputs);
}

/** Scores as of `atMs` and says so where the score is another. */
export function rescore(
  settings: AlarmSettings,
  patientId: string,
  patient: PatientState,
  atMs: number,
  arrivalMs: number,
  outputs: AlertingOutputs,
): void {
  const excluded = patient.context?.scoreExclusion !== undefined;
  const score = excluded
    ? undefined
    : scoreAt(patient.cells, patient.scoreValues, atMs, oxygenScaleOf(patient));
  if (isSameScore(patient.score, score ?? null)) return;
  patient.score = score ?? null;
  touch(outputs, patientId, false);
  if (score === undefined) {
    return endScore(settings, patientId, patient, atMs, excluded ? 'rule_removed' : 'not_measured', outputs);
  }
  const { live } = score;
  write(patientId, patient, atMs, outputs);
  if (atMs === quarterOf(atMs)) patient.scoreAtQuarter = { atMs, live };
  if (settings.earlyWarningScore === undefined) return;
  const stamp = { atMs, arrivalMs };
  patient.scoreJudgement = observeScore(patient.scoreJudgement, live.score, live.level, stamp);
  settle(settings, patientId, patient, arrivalMs, outputs);
}

/** What has become due by `nowMs` while the score stood. */
export function settle(
  settings: AlarmSettings,
  patientId: string,
  patient: PatientState,
  nowMs: number,
  outputs: AlertingOutputs,
): void {
  const rule = settings.earlyWarningScore;
  while (patient.scoreJudgement !== null) {
    if (rule === undefined) {
      const atMs = patient.signal.measuredAtMs;
      return endScore(settings, patientId, patient, atMs, 'rule_removed', outputs);
    }
    const { state, change } = settleScore(patient.scoreJudgement, rule, nowMs);
    patient.scoreJudgement = state;
    if (change === undefined) return;
    emit(outputs, settings.version, patientId, patient, { ...change, type: 'early_warning_score' });
  }
}

export function endScore(
  settings: AlarmSettings,
  patientId: string,
  patient: PatientState,
  atMs: number,
  reason: 'rule_removed' | 'not_measured' | 'discharged' | 'removed' | 'silent',
  outputs: AlertingOutputs,
): void {
  const present = patient.scoreJudgement?.condition;
  patient.scoreJudgement = null;
  if (!present) return;
  const revision = present.revision + 1;
  const change = { ...present, event: 'ended', type: 'early_warning_score', revision, atMs, reason } as const;
  emit(outputs, settings.version, patientId, patient, change);
}

function write(patientId: string, patient: PatientState, atMs: number, outputs: AlertingOutputs): void {
  const { score, region } = patient;
  if (score === null) return;
  outputs.scores.push({
    region,
    patientId,
    atMs,
    score: score.live.score,
    alertLevel: score.live.level,
    factors: score.factors,
    sources: score.sources,
    partial: score.live.partial,
    assumed: score.assumed,
  });
}

/**
 * The newest quarter of an hour that ended by `nowMs` (processing time, less the allowed lateness) and was not written yet: every score once
 * more, too old values left out, but where it changed at that very moment and has its row; where it ends an hour, also how the hour's
 * patients stood. Quarters in which nobody was there to write are not made up. Answers the end of the quarter, in `state.quarterMs` from
 * then on.
 */
export function writeQuarter(
  settings: AlarmSettings,
  patients: ReadonlyMap<string, PatientState>,
  writtenMs: number,
  nowMs: number,
  outputs: AlertingOutputs,
): number {
  const quarterMs = quarterOf(nowMs);
  const shares = new Map<string, RegionalShare>();
  const hourMs = Math.floor(quarterMs / HOUR_MS) * HOUR_MS;
  const endsHour = hourMs > writtenMs;
  for (const [patientId, patient] of patients) {
    if (patient.scoreAtQuarter?.atMs !== quarterMs) {
      const before = outputs.scores.length;
      rescore(settings, patientId, patient, quarterMs, nowMs, outputs);
      if (outputs.scores.length === before) write(patientId, patient, quarterMs, outputs);
    }
    if (!endsHour || patient.score === null || patient.mode !== 'real') continue;
    const { score, level } = (
      patient.scoreAtQuarter?.atMs === hourMs ? patient.scoreAtQuarter : patient.score
    ).live;
    const share = shares.get(patient.region) ?? emptyShare(patient.region, hourMs - HOUR_MS);
    shares.set(patient.region, addPatient(share, score, level));
  }
  outputs.shares.push(...shares.values());
  return quarterMs;
}
