/** Technical conditions of a patient's device and stream, reading by reading; each rule is its operator's own file. */
import type { TechnicalType } from '@vitalwire/core/alarms/condition.ts';
import type { AlarmSettings } from '@vitalwire/core/alarms/settings.ts';
import { judgeBattery } from '../operators/judge-battery.ts';
import { judgeClock } from '../operators/judge-clock.ts';
import { judgeFact, type DeviceFact, type FactStep } from '../operators/judge-device.ts';
import { judgeLateness } from '../operators/judge-lateness.ts';
import { judgeLeadOff } from '../operators/judge-lead-off.ts';
import { isStuck, judgeStuck } from '../operators/judge-stuck.ts';
import type { StreamReading } from '../operators/stream-reading.ts';
import { emit, type AlertingOutputs, type Change } from './outputs.ts';
import type { PatientState } from './patient-state.ts';

/** What every step of a reading needs. */
export interface Step {
  readonly settings: AlarmSettings;
  readonly patient: PatientState;
  readonly input: StreamReading;
  readonly outputs: AlertingOutputs;
}

type Judged = Pick<Change, 'event' | 'onsetMs'> &
  Partial<Pick<Change, 'value' | 'threshold' | 'deviceId' | 'reason'>>;

function say({ settings, patient, input, outputs }: Step, type: TechnicalType, change: Judged): void {
  emit(outputs, settings.version, input.reading.patientId, patient, {
    ...change,
    type,
    priority: 'low',
    revision: change.event === 'began' ? 1 : 2,
    atMs: input.atMs,
  });
}

export function judgeLeads(step: Step): void {
  const { patient, input } = step;
  const { state, change } = judgeLeadOff(patient.leadOff, input.reading, input.atMs);
  patient.leadOff = state;
  if (change) say(step, 'lead_off', change);
}

/** The newest reading of the patient: battery, clock, lateness. */
export function judgeDevice(step: Step): void {
  const { settings, patient, input } = step;
  const { batteryLow, clockWrong, feedLate } = settings.technical;
  const { batteryPercent } = input.reading;
  if (patient.batteryLow !== null || batteryPercent !== undefined) {
    const verdict = judgeBattery(batteryLow, batteryPercent);
    const facts = { value: batteryPercent, threshold: batteryLow?.belowPercent };
    patient.batteryLow = noteFact(step, 'battery_low', fact(step, patient.batteryLow, verdict), facts);
  }
  if (patient.clockWrong !== null || input.clockCorrectionMs !== 0) {
    const verdict = judgeClock(clockWrong, input.clockCorrectionMs);
    patient.clockWrong = noteFact(step, 'clock_wrong', fact(step, patient.clockWrong, verdict), {});
  }
  const late = judgeLateness(patient.feedLate, feedLate, input);
  patient.feedLate = late.state;
  if (late.change) say(step, 'feed_late', late.change);
}

function fact(
  { patient, input }: Step,
  state: DeviceFact | null,
  verdict: Parameters<typeof judgeFact>[1],
): FactStep {
  const { reading, atMs, arrivalMs } = input;
  return judgeFact(
    state,
    verdict,
    { deviceId: reading.deviceId, atMs, arrivalMs },
    patient.context?.deviceId,
  );
}

function noteFact(
  step: Step,
  type: TechnicalType,
  { state, change }: FactStep,
  facts: { readonly value?: number | undefined; readonly threshold?: number | undefined },
): DeviceFact | null {
  if (change) say(step, type, change.reason === undefined ? { ...change, ...facts } : change);
  return state;
}

/** A usable sample of a vital that is watched for it; answers whether it is believed. */
export function judgeMoving(step: Step, vital: number, value: number, stuckAfterMs: number): boolean {
  const { patient, input } = step;
  const before = patient.stuck;
  const after = judgeStuck(before, patient.cells, vital, value, input.atMs, stuckAfterMs);
  if (after === null && before === null) return true;
  patient.stuck = after;
  if (before === null) say(step, 'value_stuck', { event: 'began', onsetMs: after!.onsetMs, value });
  else if (after === null) say(step, 'value_stuck', { event: 'ended', onsetMs: before.onsetMs, value });
  return !isStuck(after, vital);
}
