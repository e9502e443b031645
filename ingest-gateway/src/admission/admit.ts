/**
 * What becomes of one message: a pure function, so that the whole-system simulation drives it without sockets. What it decides on is
 * the device's identity (already proven), the topic, the bytes and the time of arrival.
 */
import type { NewRecord } from '@vitalwire/core/ports/event-log.ts';
import { TOPICS } from '@vitalwire/core/runtime/topics.ts';
import { DecodeError, decodeDeviceStatus, decodeReading } from '@vitalwire/core/vitals/codec.ts';
import { implausible } from '@vitalwire/core/vitals/plausibility.ts';
import { NO_MARKS, type DeviceStatus, type Reading } from '@vitalwire/core/vitals/reading.ts';
import { sliceReadings } from './batch-slices.ts';
import type { Device } from './device-topics.ts';
import {
  CLOCK_CORRECTION_HEADER,
  NO_CLOCK_OFFSET,
  clockCorrectionMs,
  implausibleTime,
  type ClockOffset,
  type TimeBounds,
} from './event-time.ts';
import type { Rejection, RejectionReason } from './rejection.ts';

export interface AdmissionBounds extends TimeBounds {
  readonly maxPayloadBytes: number;
  readonly maxBackfillReadings: number;
  readonly maxIdLength: number;
}

export type Admission =
  | {
      readonly kind: 'readings';
      readonly accepted: readonly NewRecord[];
      readonly rejected: readonly Rejection[];
      /** The newest reading accepted, for what it says of the device. */
      readonly last: Reading | undefined;
      /** A live reading that is the device's own, accepted or not: what it says of the device's clock. */
      readonly clockSample: Pick<Reading, 'bootId' | 'measuredAtMs'> | undefined;
    }
  | { readonly kind: 'status'; readonly status: DeviceStatus };

const NO_REJECTIONS: readonly Rejection[] = [];
const NO_RECORDS: readonly NewRecord[] = [];
const LIVE_HEADERS: NewRecord['headers'] = Object.freeze({});
/** Marks a record that was held back during an outage: it repairs the past and is not news. */
const BACKFILL_HEADERS: NewRecord['headers'] = Object.freeze({ backfill: '1' });

/**
 * `nowMs` (Unix ms) is when the gateway received the message; it becomes the record's timestamp. `offsetOf` is what is known of the
 * device's clock before this message.
 */
export function admit(
  topic: string,
  payload: Uint8Array,
  device: Device,
  nowMs: number,
  bounds: AdmissionBounds,
  offsetOf: ClockOffset = NO_CLOCK_OFFSET,
): Admission {
  if (payload.length > bounds.maxPayloadBytes) {
    return rejected('oversized', `more than ${bounds.maxPayloadBytes} bytes; cut there`, payload);
  }
  if (topic === device.readingsTopic) return admitLive(payload, device, nowMs, bounds, offsetOf);
  if (topic === device.backfillTopic) return admitBackfill(payload, device, nowMs, bounds, offsetOf);
  if (topic === device.statusTopic) return admitStatus(payload, device, bounds);
  return rejected('wrong_topic', "not one of the device's topics", payload);
}

function admitLive(
  payload: Uint8Array,
  device: Device,
  nowMs: number,
  bounds: AdmissionBounds,
  offsetOf: ClockOffset,
): Admission {
  const { reading, correctionMs, rejection } = judge(payload, device, nowMs, bounds, offsetOf, false);
  // What is no reading of this device's says nothing of its clock.
  const clockSample = rejection === undefined || isAboutTime(rejection.reason) ? reading : undefined;
  if (reading === undefined || rejection !== undefined) {
    return {
      kind: 'readings',
      accepted: NO_RECORDS,
      rejected: rejection ? [rejection] : NO_REJECTIONS,
      last: undefined,
      clockSample,
    };
  }
  return {
    kind: 'readings',
    accepted: [record(reading, payload, nowMs, LIVE_HEADERS, correctionMs)],
    rejected: NO_REJECTIONS,
    last: reading,
    clockSample,
  };
}

const isAboutTime = (reason: RejectionReason): boolean =>
  reason === 'future_timestamp' || reason === 'too_old';

function admitBackfill(
  payload: Uint8Array,
  device: Device,
  nowMs: number,
  bounds: AdmissionBounds,
  offsetOf: ClockOffset,
): Admission {
  const slices = sliceReadings(payload);
  if (slices === undefined) return rejected('not_protobuf', 'not a ReadingBatch', payload);
  if (slices.length === 0) return rejected('empty_reading', 'a batch without readings', payload);
  if (slices.length > bounds.maxBackfillReadings) {
    return rejected(
      'batch_too_large',
      `${slices.length} readings, at most ${bounds.maxBackfillReadings}`,
      payload,
    );
  }
  const accepted: NewRecord[] = [];
  const refused: Rejection[] = [];
  let last: Reading | undefined;
  for (const slice of slices) {
    const { reading, correctionMs, rejection } = judge(slice, device, nowMs, bounds, offsetOf, true);
    if (reading === undefined || rejection !== undefined) {
      if (rejection) refused.push(rejection);
      continue;
    }
    accepted.push(record(reading, slice, nowMs, BACKFILL_HEADERS, correctionMs));
    last = reading;
  }
  return { kind: 'readings', accepted, rejected: refused, last, clockSample: undefined };
}

function admitStatus(payload: Uint8Array, device: Device, bounds: AdmissionBounds): Admission {
  let status: DeviceStatus;
  try {
    status = decodeDeviceStatus(payload);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return rejected('bad_status', error.message, payload);
  }
  if (status.deviceId !== device.deviceId) return rejected('wrong_device', WRONG_DEVICE, payload);
  if (status.region !== device.region) return rejected('wrong_region', WRONG_REGION, payload);
  if (status.patientId.length > bounds.maxIdLength) {
    return rejected('bad_status', `a patient id longer than ${bounds.maxIdLength} characters`, payload);
  }
  return { kind: 'status', status };
}

const WRONG_DEVICE = "the payload names another device than the connection's";
const WRONG_REGION = "the payload names another region than the device's";

/** A reading that was decoded, what its clock is off by, and why it is not accepted, where it is not. */
interface Judged {
  readonly reading: Reading | undefined;
  readonly correctionMs: number;
  readonly rejection: Rejection | undefined;
}

/** Cheap and telling checks come first: a foreign device's values do not matter. */
function judge(
  bytes: Uint8Array,
  device: Device,
  nowMs: number,
  bounds: AdmissionBounds,
  offsetOf: ClockOffset,
  backfilled: boolean,
): Judged {
  let reading: Reading;
  try {
    reading = decodeReading(bytes);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const rejection: Rejection = { reason: 'not_protobuf', detail: error.message, payload: bytes };
    return { reading: undefined, correctionMs: 0, rejection };
  }
  const { measuredAtMs, bootId } = reading;
  const time = { measuredAtMs, bootId, backfilled };
  const correctionMs = clockCorrectionMs(time, nowMs, offsetOf, bounds.futureToleranceMs);
  const fault =
    identityFault(reading, device, bounds) ??
    implausible(reading) ??
    timeOrContentFault(reading, measuredAtMs + correctionMs, nowMs, bounds);
  const rejection = fault && { reason: fault.reason, detail: fault.detail, payload: bytes };
  return { reading, correctionMs, rejection };
}

type Fault = { readonly reason: RejectionReason; readonly detail: string } | undefined;

function identityFault(reading: Reading, device: Device, bounds: AdmissionBounds): Fault {
  if (reading.deviceId !== device.deviceId) return { reason: 'wrong_device', detail: WRONG_DEVICE };
  if (reading.region !== device.region) return { reason: 'wrong_region', detail: WRONG_REGION };
  if (reading.patientId === '') return { reason: 'missing_patient', detail: 'patient_id is empty' };
  if (reading.patientId.length > bounds.maxIdLength) {
    return {
      reason: 'missing_patient',
      detail: `patient_id is longer than ${bounds.maxIdLength} characters`,
    };
  }
  // The decoder reads 64-bit integers as numbers, which are exact to 2^53.
  if (reading.sequence < 1 || !Number.isSafeInteger(reading.sequence)) {
    return {
      reason: 'sequence_out_of_range',
      detail: `sequence ${reading.sequence} is not between 1 and 2^53`,
    };
  }
  return undefined;
}

function timeOrContentFault(reading: Reading, atMs: number, nowMs: number, bounds: AdmissionBounds): Fault {
  return (
    implausibleTime(atMs, nowMs, bounds) ??
    (saysNothing(reading) ? { reason: 'empty_reading', detail: 'no vital and nothing charted' } : undefined)
  );
}

/** A mark without a value ("lead off") does say something. */
function saysNothing({ vitals, validity, supplementalOxygen, consciousness }: Reading): boolean {
  return (
    vitals.heartbeat === undefined &&
    vitals.oxygen_saturation === undefined &&
    vitals.respiratory_rate === undefined &&
    vitals.blood_pressure_systolic === undefined &&
    vitals.blood_pressure_diastolic === undefined &&
    vitals.temperature === undefined &&
    validity === NO_MARKS &&
    supplementalOxygen === undefined &&
    consciousness === 'unknown'
  );
}

function record(
  reading: Reading,
  bytes: Uint8Array,
  nowMs: number,
  marks: NewRecord['headers'],
  correctionMs: number,
): NewRecord {
  const headers = correctionMs === 0 ? marks : { ...marks, [CLOCK_CORRECTION_HEADER]: String(correctionMs) };
  return { topic: TOPICS.readings.name, key: reading.patientId, value: bytes, headers, timestampMs: nowMs };
}

function rejected(reason: RejectionReason, detail: string, payload: Uint8Array): Admission {
  return {
    kind: 'readings',
    accepted: NO_RECORDS,
    rejected: [{ reason, detail, payload }],
    last: undefined,
    clockSample: undefined,
  };
}
