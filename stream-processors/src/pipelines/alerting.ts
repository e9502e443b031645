import { conditionId } from '@vitalwire/core/alarms/condition-codec.ts';
import type { AlertType, ConditionEvent, Priority } from '@vitalwire/core/alarms/condition.ts';
import type { AlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import type { LiveVitals, PendingCrossing, RollingAggregates } from '@vitalwire/core/ports/live-bus.ts';
import { isUsable } from '@vitalwire/core/vitals/quality.ts';
import { NO_MARKS, validityOf } from '@vitalwire/core/vitals/reading.ts';
import { VITALS, type VitalName } from '@vitalwire/core/vitals/vital.ts';
import { judgeLeadOff } from '../operators/judge-lead-off.ts';
import { judgeLimit, pendingTier, suspendLimit, type PresentLimit } from '../operators/judge-limit.ts';
import { lossAt } from '../operators/judge-signal.ts';
import { liveVitals, updateLatest } from '../operators/latest-vitals.ts';
import { crosses, limitRules, type LimitRule } from '../operators/limit-rule.ts';
import { addSample, aggregatesAt, newPanes } from '../operators/rolling-aggregates.ts';
import { isAlone, noteSample, uncountedMs } from '../operators/sampling.ts';
import type { StreamReading } from '../operators/stream-reading.ts';
import { readValues } from '../operators/vital-values.ts';
import {
  newStreamTime,
  observeEvent,
  observeSilence,
  watermarkMs,
  type StreamTime,
} from '../runtime/stream-time.ts';
import type { Topology } from '../runtime/topology.ts';
import { forgetSilentDevices, isDuplicate, type DeviceMemory } from './device-memory.ts';
import { PATIENT_KEPT_MS, newPatient, type PatientState } from './patient-state.ts';
import { newTally, type Tally } from './tally.ts';

export interface AlertingOptions {
  readonly settings: AlarmSettings;
  /** How far ahead of its arrival an event time may lie and still be believed. */
  readonly futureToleranceMs: number;
  /** How much older than its arrival a reading may be and still be judged as now; what is older is history (a backfill). */
  readonly liveWithinMs: number;
  readonly allowedLatenessMs: number;
}

export interface AlertingState {
  readonly settingsVersion: string;
  readonly time: StreamTime;
  readonly devices: DeviceMemory;
  readonly patients: Map<string, PatientState>;
}

export interface AlertingOutputs {
  /** In the order they came about. */
  readonly conditions: ConditionEvent[];
  /** At most one a patient: the newest. */
  live: readonly LiveVitals[];
  /** Patients whose live vitals changed, and whether a pane of their rolling aggregates ended. */
  readonly touched: Map<string, boolean>;
  readonly tally: Tally;
}

/** A value that was not renewed for so long says nothing about now (clinical.md, "Absence"). */
const VITAL_LIFETIME_MS = 4 * 3_600_000;

/** How far back a sample can still matter to a rolling aggregate. */
const ROLLING_REACH_MS = 3_900_000;

/** Deduplication, lost signals, leads, limits, rolling aggregates and latest vitals, over one decode. */
export function alertingTopology(options: AlertingOptions): Topology<AlertingState, AlertingOutputs> {
  const { settings, futureToleranceMs, liveWithinMs, allowedLatenessMs } = options;
  const rules = limitRules(settings);
  const values = new Float64Array(VITALS.length);

  /** The way of every reading. A step that has nothing to say costs a comparison. */
  function handle(state: AlertingState, input: StreamReading, outputs: AlertingOutputs): void {
    const { reading, atMs, arrivalMs } = input;
    outputs.tally.readings++;
    if (isDuplicate(state.devices, input, outputs.tally)) return;
    observeEvent(state.time, atMs, arrivalMs, futureToleranceMs);
    const patient = patientOf(state, input, outputs);
    readValues(reading.vitals, values);
    if (atMs > arrivalMs + futureToleranceMs) {
      outputs.tally.future++;
      return;
    }
    noteLoss(reading.patientId, patient, arrivalMs, outputs);
    const paneEnded = aggregate(patient, input);
    if (arrivalMs - atMs > liveWithinMs) {
      outputs.tally.historical++;
      return;
    }
    hear(patient, input, outputs);
    judge(patient, input, outputs);
    if (updateLatest(patient.latest, values, input) || paneEnded)
      touch(outputs, reading.patientId, paneEnded);
  }

  function patientOf(state: AlertingState, input: StreamReading, outputs: AlertingOutputs): PatientState {
    const { patientId } = input.reading;
    const known = state.patients.get(patientId);
    if (known !== undefined) {
      if (input.arrivalMs - known.signal.heardAtMs < PATIENT_KEPT_MS) return known;
      forget(state, patientId, known, outputs);
    }
    const patient = newPatient(input);
    state.patients.set(patientId, patient);
    return patient;
  }

  /** Silence that has lasted long enough: what needs looking at the patient is inhibited until somebody looks again. */
  function noteLoss(patientId: string, patient: PatientState, nowMs: number, outputs: AlertingOutputs): void {
    const loss = lossAt(patient.signal, settings.absenceMs, nowMs);
    if (loss === undefined) return;
    patient.signal.lost = true;
    for (let index = 0; index < rules.length; index++) {
      patient.limits[index] = suspendLimit(patient.limits[index] ?? null);
    }
    if (patient.leadOff !== null && patient.leadOff.onsetMs === undefined) patient.leadOff = null;
    emit(outputs, patientId, patient, {
      event: 'began',
      type: 'signal_lost',
      priority: 'low',
      revision: 1,
      ...loss,
    });
    touch(outputs, patientId, false);
  }

  function hear(patient: PatientState, input: StreamReading, outputs: AlertingOutputs): void {
    const { reading, atMs, arrivalMs } = input;
    const { signal } = patient;
    // A reading from before what is known tells nothing about now, and would end a loss under the id of the one before.
    if (atMs <= signal.measuredAtMs) return;
    patient.region = reading.region;
    patient.deviceId = reading.deviceId;
    patient.mode = reading.mode;
    const onsetMs = signal.measuredAtMs;
    if (arrivalMs > signal.heardAtMs) signal.heardAtMs = arrivalMs;
    signal.measuredAtMs = atMs;
    if (!signal.lost) return;
    signal.lost = false;
    emit(outputs, reading.patientId, patient, {
      event: 'ended',
      type: 'signal_lost',
      priority: 'low',
      revision: 2,
      onsetMs,
      atMs,
    });
  }

  /** Takes usable values into the panes; the reading may be history that still lies in a window. */
  function aggregate(patient: PatientState, input: StreamReading): boolean {
    const { reading, atMs, arrivalMs } = input;
    if (arrivalMs - atMs > ROLLING_REACH_MS) return false;
    let ended = false;
    for (let vital = 0; vital < values.length; vital++) {
      const value = values[vital]!;
      if (Number.isNaN(value)) continue;
      if (reading.validity !== NO_MARKS && !isUsable(validityOf(reading, VITALS[vital]!))) continue;
      const panes = (patient.panes[vital] ??= newPanes());
      if (addSample(panes, value, atMs)) ended = true;
    }
    return ended;
  }

  function judge(patient: PatientState, input: StreamReading, outputs: AlertingOutputs): void {
    const { reading, atMs } = input;
    if ((reading.validity !== NO_MARKS || patient.leadOff !== null) && atMs >= patient.signal.measuredAtMs) {
      judgeLeads(patient, input, outputs);
    }
    const { sampling, signal } = patient;
    if (signal.lost) return;
    for (let vital = 0; vital < values.length; vital++) {
      const value = values[vital]!;
      if (Number.isNaN(value) || atMs <= sampling.judgedAtMs[vital]!) continue;
      if (reading.validity !== NO_MARKS && !isUsable(validityOf(reading, VITALS[vital]!))) continue;
      judgeSide(patient, vital * 2, vital, value, input, outputs);
      judgeSide(patient, vital * 2 + 1, vital, value, input, outputs);
      noteSample(sampling, vital, atMs);
    }
  }

  function judgeSide(
    patient: PatientState,
    index: number,
    vital: number,
    value: number,
    input: StreamReading,
    outputs: AlertingOutputs,
  ): void {
    const rule = rules[index]!;
    const state = patient.limits[index] ?? null;
    if (state === null && !crosses(rule, rule.limit, value)) return;
    const { atMs } = input;
    const step = judgeLimit(state, rule, {
      value,
      atMs,
      uncountedMs: uncountedMs(patient.sampling, vital, atMs),
      alone: isAlone(patient.sampling, vital, atMs),
    });
    patient.limits[index] = step.state;
    if (step.change === undefined) return;
    emit(outputs, input.reading.patientId, patient, { ...step.change, type: rule.type, value, atMs });
  }

  function judgeLeads(patient: PatientState, input: StreamReading, outputs: AlertingOutputs): void {
    const { state, change } = judgeLeadOff(patient.leadOff, input.reading, input.atMs);
    patient.leadOff = state;
    if (change === undefined) return;
    emit(outputs, input.reading.patientId, patient, {
      ...change,
      type: 'lead_off',
      priority: 'low',
      revision: change.event === 'began' ? 1 : 2,
      atMs: input.atMs,
    });
  }

  function advance(state: AlertingState, nowMs: number, silent: boolean, outputs: AlertingOutputs): void {
    if (silent) observeSilence(state.time, nowMs, allowedLatenessMs);
    for (const [patientId, patient] of state.patients) {
      if (nowMs - patient.signal.heardAtMs >= PATIENT_KEPT_MS) forget(state, patientId, patient, outputs);
      else {
        noteLoss(patientId, patient, nowMs, outputs);
        outlive(patientId, patient, outputs);
      }
    }
    forgetSilentDevices(state.devices, nowMs);
  }

  /** A vital that is no longer measured while the patient is: what it last said is too old to stand. */
  function outlive(patientId: string, patient: PatientState, outputs: AlertingOutputs): void {
    for (let index = 0; index < rules.length; index++) {
      const condition = patient.limits[index]?.condition;
      const expiryMs = patient.sampling.judgedAtMs[index >> 1]! + VITAL_LIFETIME_MS;
      if (condition === undefined || patient.signal.measuredAtMs < expiryMs) continue;
      patient.limits[index] = null;
      endLimit(patientId, patient, rules[index]!, condition, expiryMs, outputs);
    }
  }

  function endLimit(
    patientId: string,
    patient: PatientState,
    rule: LimitRule,
    condition: PresentLimit,
    atMs: number,
    outputs: AlertingOutputs,
  ): void {
    const revision = condition.revision + 1;
    emit(outputs, patientId, patient, { ...condition, event: 'ended', revision, type: rule.type, atMs });
  }

  function forget(
    state: AlertingState,
    patientId: string,
    patient: PatientState,
    outputs: AlertingOutputs,
  ): void {
    const atMs = patient.signal.heardAtMs + PATIENT_KEPT_MS;
    noteLoss(patientId, patient, atMs, outputs);
    for (const [index, limit] of patient.limits.entries()) {
      if (limit?.condition) endLimit(patientId, patient, rules[index]!, limit.condition, atMs, outputs);
    }
    const ended = { event: 'ended', priority: 'low', revision: 2, atMs } as const;
    if (patient.leadOff?.onsetMs !== undefined) {
      emit(outputs, patientId, patient, { ...ended, type: 'lead_off', onsetMs: patient.leadOff.onsetMs });
    }
    emit(outputs, patientId, patient, {
      ...ended,
      type: 'signal_lost',
      onsetMs: patient.signal.measuredAtMs,
    });
    state.patients.delete(patientId);
    outputs.touched.delete(patientId);
  }

  function emit(outputs: AlertingOutputs, patientId: string, patient: PatientState, change: Change): void {
    outputs.conditions.push({
      id: conditionId(patientId, change.type, change.onsetMs),
      revision: change.revision,
      event: change.event,
      patientId,
      region: patient.region,
      deviceId: patient.deviceId,
      type: change.type,
      priority: change.priority,
      value: change.value,
      threshold: change.threshold,
      onsetMs: change.onsetMs,
      atMs: change.atMs,
      mode: patient.mode,
      settingsVersion: settings.version,
    });
  }

  function finish(state: AlertingState, outputs: AlertingOutputs): void {
    const live: LiveVitals[] = [];
    for (const [patientId, paneEnded] of outputs.touched) {
      const patient = state.patients.get(patientId);
      if (patient) live.push(liveOf(patientId, patient, rules, paneEnded));
    }
    outputs.touched.clear();
    outputs.live = live;
  }

  return {
    pipeline: 'alerting',
    stateVersion: 1,
    newState: () => ({
      settingsVersion: settings.version,
      time: newStreamTime(),
      devices: new Map(),
      patients: new Map(),
    }),
    newOutputs: () => ({ conditions: [], live: [], touched: new Map(), tally: newTally() }),
    handle,
    advance,
    finish,
    unrepeatable: (outputs) => (outputs.conditions.length > 0 ? outputs : undefined),
    adopt: (state) => adopt(state, settings.version),
    watermarkMs: (state) => watermarkMs(state.time, allowedLatenessMs),
  };
}

interface Change {
  readonly event: ConditionEvent['event'];
  readonly type: AlertType;
  readonly priority: Priority;
  readonly revision: number;
  readonly onsetMs: number;
  readonly atMs: number;
  readonly value?: number;
  readonly threshold?: number;
}

function touch(outputs: AlertingOutputs, patientId: string, paneEnded: boolean): void {
  if (paneEnded || !outputs.touched.has(patientId)) outputs.touched.set(patientId, paneEnded);
}

/** Timers of other settings say nothing under these: what is present stays, what was being timed starts over. */
function adopt(state: AlertingState, settingsVersion: string): AlertingState {
  if (state.settingsVersion === settingsVersion) return state;
  for (const patient of state.patients.values()) {
    for (const [index, limit] of patient.limits.entries()) patient.limits[index] = suspendLimit(limit);
  }
  return { ...state, settingsVersion };
}

function liveOf(
  patientId: string,
  patient: PatientState,
  rules: readonly LimitRule[],
  paneEnded: boolean,
): LiveVitals {
  return {
    patientId,
    region: patient.region,
    deviceId: patient.deviceId,
    mode: patient.mode,
    measuredAtMs: patient.signal.measuredAtMs,
    vitals: liveVitals(patient.latest),
    pending: pendingOf(patient, rules),
    ...(paneEnded ? { rolling: rollingOf(patient) } : {}),
  };
}

function pendingOf(patient: PatientState, rules: readonly LimitRule[]): PendingCrossing[] {
  const pending: PendingCrossing[] = [];
  for (let index = 0; index < rules.length; index++) {
    const state = patient.limits[index] ?? null;
    if (state === null) continue;
    const tier = pendingTier(state, rules[index]!);
    if (tier) pending.push({ type: rules[index]!.type, ...tier });
  }
  return pending;
}

function rollingOf(patient: PatientState): Partial<Record<VitalName, RollingAggregates>> {
  const rolling: Partial<Record<VitalName, RollingAggregates>> = {};
  for (const [index, vital] of VITALS.entries()) {
    const panes = patient.panes[index];
    if (panes) rolling[vital] = aggregatesAt(panes, patient.signal.measuredAtMs);
  }
  return rolling;
}
