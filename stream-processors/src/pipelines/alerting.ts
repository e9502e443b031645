import type { AlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { isUsable } from '@vitalwire/core/vitals/quality.ts';
import { NO_MARKS, validityOf, type Reading } from '@vitalwire/core/vitals/reading.ts';
import { VITALS } from '@vitalwire/core/vitals/vital.ts';
import { judgeLimit, suspendLimit } from '../operators/judge-limit.ts';
import { lossAt } from '../operators/judge-signal.ts';
import { updateLatest } from '../operators/latest-vitals.ts';
import { crosses, isInside, type LimitRule } from '../operators/limit-rule.ts';
import { LIMITS, limitAt, suspendLimits, withLimit } from '../operators/limit-states.ts';
import { newPanes } from '../operators/pane-layout.ts';
import { addReading } from '../operators/rolling-panes.ts';
import { isAlone, judgedAtMs, noteSample, uncountedMs } from '../operators/sampling.ts';
import { dropVital } from '../operators/score-values.ts';
import type { StreamReading } from '../operators/stream-reading.ts';
import { readValues } from '../operators/vital-values.ts';
import type { News } from '../runtime/news.ts';
import {
  newStreamTime,
  observeEvent,
  observeSilence,
  watermarkMs,
  type StreamTime,
} from '../runtime/stream-time.ts';
import type { Topology } from '../runtime/topology.ts';
import { applyPatient, applySettings } from './apply-news.ts';
import { forgetSilentDevices, isDuplicate, newDeviceMemory, type DeviceMemory } from './device-memory.ts';
import { endAll, endOfLimit } from './ending.ts';
import { judgeHistory, noteCovered, settleHistory } from './history.ts';
import { liveOf } from './live-of.ts';
import { emit, newOutputs, touch, type AlertingOutputs } from './outputs.ts';
import type { PatientContext } from './patient-context.ts';
import { PATIENT_KEPT_MS, newPatient, type PatientState } from './patient-state.ts';
import { rulebooks, type Rulebook } from './rulebook.ts';
import { SCORE_WRITTEN_EVERY_MS, quarterOf, rescore, scoreReading, settle, writeQuarter } from './scoring.ts';
import { judgeDevice, judgeLeads, judgeMoving, type Step } from './technical.ts';
import { judgeTrends } from './trending.ts';

export type { AlertingOutputs } from './outputs.ts';

export interface AlertingOptions {
  /** Of a state that begins; one restored goes on with its own, until it is told of others. */
  readonly settings: AlarmSettings;
  /** How far ahead of its arrival an event time may lie and still be believed. */
  readonly futureToleranceMs: number;
  /** How much older than its arrival a reading may be and still be judged as now; what is older is history (a backfill). */
  readonly liveWithinMs: number;
  readonly allowedLatenessMs: number;
  /** Whether live vitals carry rolling aggregates, where there is somebody to read them. */
  readonly rolling: boolean;
}

export interface AlertingState {
  settings: AlarmSettings;
  readonly time: StreamTime;
  readonly devices: DeviceMemory;
  /** Everyone of the partition whom the directory knows. */
  readonly contexts: Map<string, PatientContext>;
  /** Everyone heard of, except who is discharged. */
  readonly patients: Map<string, PatientState>;
  /** Up to where scores were written, by the quarter of an hour. */
  quarterMs: number;
}

/** A value that was not renewed for so long says nothing about now (clinical.md, "Absence"). */
const VITAL_LIFETIME_MS = 4 * 3_600_000;

/** Of a backlog, screens are shown at most as much as of devices that keep up, which send once a second. */
const SHOWN_EVERY_MS = 1_000;

/**
 * A device that keeps sending settles what has become due with its next reading, which a replay repeats. What a tick decides is not in the
 * stream and costs a checkpoint of everybody in the partition: it decides for those of whom nothing was heard for so long.
 */
const SETTLED_BY_READINGS_MS = 3_000;

/** How far back a sample can still matter to a rolling aggregate. */
const ROLLING_REACH_MS = 3_900_000;

/** Deduplication, technical conditions, limits, trends, the early-warning score, rolling aggregates and latest vitals, over one decode. */
export function alertingTopology(options: AlertingOptions): Topology<AlertingState, AlertingOutputs> {
  const { futureToleranceMs, liveWithinMs, allowedLatenessMs, rolling } = options;
  const bookOf = rulebooks();
  const values = new Float64Array(VITALS.length);
  const unmarked = new Float64Array(VITALS.length);
  /** By vital: a pane of its rolling aggregates ended with this reading. */
  const paneEnded = new Uint8Array(VITALS.length);

  /** The way of every reading. A step that has nothing to say costs a comparison. */
  function handle(state: AlertingState, input: StreamReading, outputs: AlertingOutputs): void {
    const { reading, atMs, arrivalMs } = input;
    outputs.tally.readings++;
    if (isDuplicate(state.devices, input, outputs.tally)) return;
    observeEvent(state.time, atMs, arrivalMs, futureToleranceMs);
    closeQuarter(state, arrivalMs, outputs);
    const book = bookOf(state.settings);
    const patient = patientOf(state, book, input, outputs);
    if (patient === undefined) return;
    readValues(reading.vitals, values);
    if (atMs > arrivalMs + futureToleranceMs) {
      outputs.tally.future++;
      return;
    }
    noteLoss(book, reading.patientId, patient, arrivalMs, outputs);
    const usable = usableOf(reading);
    const shownPaneEnded = aggregate(patient, usable, input) && rolling;
    const step: Step = { settings: state.settings, patient, input, outputs };
    if (arrivalMs - atMs > liveWithinMs) {
      outputs.tally.historical++;
      judgeHistory(step, book, values);
      return;
    }
    if (hear(step)) judgeDevice(step);
    judge(step, book, usable);
    scoreReading(state.settings, patient, usable, input, outputs);
    if (updateLatest(patient.cells, values, input) || shownPaneEnded)
      touch(outputs, reading.patientId, shownPaneEnded);
  }

  /** Undefined for a patient who is discharged: a device left running judges nobody. */
  function patientOf(
    state: AlertingState,
    book: Rulebook,
    input: StreamReading,
    outputs: AlertingOutputs,
  ): PatientState | undefined {
    const { patientId } = input.reading;
    const known = state.patients.get(patientId);
    if (known !== undefined) {
      if (input.arrivalMs - known.signal.heardAtMs < PATIENT_KEPT_MS) return known;
      forget(state, book, patientId, known, outputs);
    }
    const context = state.contexts.get(patientId);
    if (context?.discharged) return undefined;
    const patient = newPatient(input, context);
    state.patients.set(patientId, patient);
    return patient;
  }

  /** Silence that has lasted long enough: what needs looking at the patient is inhibited until somebody looks again. */
  function noteLoss(
    { settings }: Rulebook,
    patientId: string,
    patient: PatientState,
    nowMs: number,
    outputs: AlertingOutputs,
  ): void {
    const loss = lossAt(patient.signal, settings.absenceMs, nowMs);
    if (loss === undefined) return;
    patient.signal.lost = true;
    patient.limits = suspendLimits(patient.limits);
    if (patient.leadOff !== null && patient.leadOff.onsetMs === undefined) patient.leadOff = null;
    emit(outputs, settings.version, patientId, patient, {
      event: 'began',
      type: 'signal_lost',
      priority: 'low',
      revision: 1,
      ...loss,
    });
    touch(outputs, patientId, false);
  }

  /** Whether the reading is the newest of the patient. */
  function hear({ settings, patient, input, outputs }: Step): boolean {
    const { reading, atMs, arrivalMs } = input;
    const { signal } = patient;
    // A reading from before what is known tells nothing about now, and would end a loss under the id of the one before.
    if (atMs <= signal.measuredAtMs) return false;
    patient.region = reading.region;
    patient.deviceId = reading.deviceId;
    patient.mode = reading.mode;
    const onsetMs = signal.measuredAtMs;
    if (arrivalMs > signal.heardAtMs) signal.heardAtMs = arrivalMs;
    signal.measuredAtMs = atMs;
    if (!signal.lost) return true;
    signal.lost = false;
    emit(outputs, settings.version, reading.patientId, patient, {
      event: 'ended',
      type: 'signal_lost',
      priority: 'low',
      revision: 2,
      onsetMs,
      atMs,
    });
    return true;
  }

  /** The reading's values without those that its device calls unusable. */
  function usableOf(reading: Reading): Float64Array {
    if (reading.validity === NO_MARKS) return values;
    for (let vital = 0; vital < values.length; vital++) {
      unmarked[vital] = isUsable(validityOf(reading, VITALS[vital]!)) ? values[vital]! : Number.NaN;
    }
    return unmarked;
  }

  /** Takes usable values into the panes; the reading may be history that still lies in a window. */
  function aggregate(patient: PatientState, usable: Float64Array, input: StreamReading): boolean {
    const { atMs, arrivalMs } = input;
    if (arrivalMs - atMs > ROLLING_REACH_MS) return false;
    if (patient.panes === null) {
      if (usable.every(Number.isNaN)) return false;
      patient.panes = newPanes();
    }
    return addReading(patient.cells, patient.panes, usable, atMs, paneEnded);
  }

  function judge(step: Step, book: Rulebook, usable: Float64Array): void {
    const { patient, input } = step;
    const { reading, atMs } = input;
    const { cells, signal } = patient;
    if ((reading.validity !== NO_MARKS || patient.leadOff !== null) && atMs >= signal.measuredAtMs) {
      judgeLeads(step);
    }
    if (signal.lost) return;
    const rules = book.limitsOf(patient.context);
    for (let vital = 0; vital < usable.length; vital++) {
      const value = usable[vital]!;
      if (Number.isNaN(value) || atMs <= judgedAtMs(cells, vital)) continue;
      if (isBelieved(step, book, vital, value)) {
        if (patient.limits !== null || !isInside(rules, vital, value)) {
          judgeSide(step, rules[vital * 2]!, vital * 2, vital, value);
          judgeSide(step, rules[vital * 2 + 1]!, vital * 2 + 1, vital, value);
        }
        const trends = book.trends[vital]!;
        if (paneEnded[vital] === 1 && trends.length > 0) {
          judgeTrends(step, trends, vital, value, isAlone(cells, vital, atMs));
        }
      }
      noteSample(cells, vital, atMs);
    }
  }

  /** A value that hangs is inhibited: what is present stays, nothing is timed, and the score goes without. */
  function isBelieved(step: Step, { stuckAfterMs }: Rulebook, vital: number, value: number): boolean {
    const afterMs = stuckAfterMs?.[vital];
    if (afterMs === undefined || judgeMoving(step, vital, value, afterMs)) return true;
    const { settings, patient, input, outputs } = step;
    for (const index of [vital * 2, vital * 2 + 1]) {
      patient.limits = withLimit(patient.limits, index, suspendLimit(limitAt(patient.limits, index)));
    }
    if (!dropVital(patient.cells, patient.scoreValues, vital)) return false;
    rescore(settings, input.reading.patientId, patient, input.atMs, input.arrivalMs, outputs);
    return false;
  }

  function judgeSide(step: Step, rule: LimitRule, index: number, vital: number, value: number): void {
    const { settings, patient, input, outputs } = step;
    const state = limitAt(patient.limits, index);
    if (state === null && !crosses(rule, rule.limit, value)) return;
    const { atMs } = input;
    const judged = judgeLimit(state, rule, {
      value,
      atMs,
      uncountedMs: uncountedMs(patient.cells, vital, atMs),
      alone: isAlone(patient.cells, vital, atMs),
    });
    patient.limits = withLimit(patient.limits, index, judged.state);
    if (judged.change === undefined) return;
    if (judged.change.event === 'ended') noteCovered(patient, index, judged.change.onsetMs, atMs);
    const change = { ...judged.change, type: rule.type, value, atMs };
    emit(outputs, settings.version, input.reading.patientId, patient, change);
  }

  function advance(state: AlertingState, nowMs: number, silent: boolean, outputs: AlertingOutputs): void {
    if (silent) observeSilence(state.time, nowMs, allowedLatenessMs);
    if (nowMs > Number.NEGATIVE_INFINITY) closeQuarter(state, nowMs, outputs);
    const book = bookOf(state.settings);
    // Everybody, every second: an iterator would make an array of each.
    state.patients.forEach((patient, patientId) => {
      if (nowMs - patient.signal.heardAtMs >= PATIENT_KEPT_MS) {
        forget(state, book, patientId, patient, outputs);
        return;
      }
      noteLoss(book, patientId, patient, nowMs, outputs);
      outlive(book, patientId, patient, outputs);
      settleHistory(book, patientId, patient, nowMs, outputs);
      if (nowMs - patient.signal.heardAtMs >= SETTLED_BY_READINGS_MS)
        settle(state.settings, patientId, patient, nowMs, outputs);
    });
    forgetSilentDevices(state.devices, nowMs);
  }

  /** What arrives late still counts in its quarter. */
  function closeQuarter(state: AlertingState, nowMs: number, outputs: AlertingOutputs): void {
    const endedMs = nowMs - allowedLatenessMs;
    if (state.quarterMs === Number.NEGATIVE_INFINITY) {
      // Nothing is known of a quarter that ended before the first reading.
      state.quarterMs = quarterOf(nowMs);
      return;
    }
    if (endedMs < state.quarterMs + SCORE_WRITTEN_EVERY_MS) return;
    state.quarterMs = writeQuarter(state.settings, state.patients, state.quarterMs, endedMs, outputs);
  }

  /** A vital that is no longer measured while the patient is: what it last said is too old to stand. */
  function outlive(book: Rulebook, patientId: string, patient: PatientState, outputs: AlertingOutputs): void {
    if (patient.limits === null) return;
    for (let index = 0; index < LIMITS; index++) {
      const condition = limitAt(patient.limits, index)?.condition;
      if (condition === undefined) continue;
      const atMs = judgedAtMs(patient.cells, index >> 1) + VITAL_LIFETIME_MS;
      if (patient.signal.measuredAtMs < atMs) continue;
      patient.limits = withLimit(patient.limits, index, null);
      noteCovered(patient, index, condition.onsetMs, atMs);
      emit(outputs, book.settings.version, patientId, patient, {
        ...endOfLimit(book.adult[index]!.type, condition),
        event: 'ended',
        atMs,
        reason: 'not_measured',
      });
    }
  }

  function forget(
    state: AlertingState,
    book: Rulebook,
    patientId: string,
    patient: PatientState,
    outputs: AlertingOutputs,
  ): void {
    const atMs = patient.signal.heardAtMs + PATIENT_KEPT_MS;
    noteLoss(book, patientId, patient, atMs, outputs);
    endAll(book, patientId, patient, atMs, 'silent', outputs);
    state.patients.delete(patientId);
    outputs.touched.delete(patientId);
  }

  function apply(state: AlertingState, news: News, nowMs: number, outputs: AlertingOutputs): boolean {
    let changed = false;
    if (news.settings && news.settings.version !== state.settings.version) {
      state.settings = news.settings;
      for (const [patientId, patient] of state.patients) {
        applySettings(bookOf(state.settings), patientId, patient, nowMs, outputs);
      }
      changed = true;
    }
    const book = bookOf(state.settings);
    for (const [patientId, patient] of news.patients) {
      if (applyPatient(state, book, patientId, patient, nowMs, outputs)) changed = true;
    }
    if (!news.whole) return changed;
    for (const patientId of state.contexts.keys()) {
      if (news.patients.has(patientId)) continue;
      if (applyPatient(state, book, patientId, undefined, nowMs, outputs)) changed = true;
    }
    return changed;
  }

  function show(state: AlertingState, outputs: AlertingOutputs): void {
    const { limitsOf } = bookOf(state.settings);
    for (const [patientId, ended] of outputs.touched) {
      const patient = state.patients.get(patientId);
      if (patient) outputs.live.push(liveOf(patientId, patient, limitsOf(patient.context), ended));
    }
    outputs.touched.clear();
  }

  return {
    pipeline: 'alerting',
    stateVersion: 8,
    shownEveryMs: SHOWN_EVERY_MS,
    newState: () => ({
      settings: options.settings,
      time: newStreamTime(),
      devices: newDeviceMemory(),
      contexts: new Map(),
      patients: new Map(),
      quarterMs: Number.NEGATIVE_INFINITY,
    }),
    newOutputs,
    handle,
    apply,
    advance,
    show,
    unrepeatable: (outputs) => (outputs.conditions.length > 0 ? outputs : undefined),
    watermarkMs: (state) => watermarkMs(state.time, allowedLatenessMs),
  };
}
