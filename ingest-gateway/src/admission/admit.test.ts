import { describe, expect, test } from 'vitest';
import { encodeDeviceStatus, encodeReading, encodeReadingBatch } from '@vitalwire/core/vitals/codec.ts';
import { NO_MARKS, type DeviceStatus, type Reading } from '@vitalwire/core/vitals/reading.ts';
import { noVitals } from '@vitalwire/core/vitals/vital.ts';
import { admit, type Admission, type AdmissionBounds } from './admit.ts';
import { deviceOf } from './device-topics.ts';
import { isMisuse, rejectedRecord, type RejectionReason } from './rejection.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const HOUR_MS = 3_600_000;
const BOUNDS: AdmissionBounds = {
  maxPayloadBytes: 4_096,
  maxBackfillReadings: 5,
  maxIdLength: 64,
  futureToleranceMs: 60_000,
  maxReadingAgeMs: 24 * HOUR_MS,
};
const DEVICE = deviceOf({ deviceId: 'd1', region: 'West' });

const reading = (changes: Partial<Reading> = {}): Reading => ({
  deviceId: 'd1',
  patientId: 'p1',
  region: 'West',
  bootId: 3,
  sequence: 1,
  measuredAtMs: NOW_MS - 1_000,
  mode: 'real',
  vitals: { ...noVitals(), heartbeat: 70 },
  validity: NO_MARKS,
  supplementalOxygen: undefined,
  consciousness: 'unknown',
  batteryPercent: undefined,
  ...changes,
});
const vitals = (values: Partial<Reading['vitals']>): Partial<Reading> => ({
  vitals: { ...noVitals(), ...values },
});
const status = (changes: Partial<DeviceStatus> = {}): Uint8Array =>
  encodeDeviceStatus({
    deviceId: 'd1',
    patientId: 'p1',
    region: 'West',
    bootId: 3,
    state: 'born',
    deviceTimeMs: NOW_MS,
    model: 'M',
    firmware: '1',
    batteryPercent: 80,
    ...changes,
  });

const live = (payload: Uint8Array): Admission => admit(DEVICE.readingsTopic, payload, DEVICE, NOW_MS, BOUNDS);
const backfill = (payload: Uint8Array): Admission =>
  admit(DEVICE.backfillTopic, payload, DEVICE, NOW_MS, BOUNDS);

function reasonsOf(admission: Admission): RejectionReason[] {
  return admission.kind === 'readings' ? admission.rejected.map(({ reason }) => reason) : [];
}

describe('a live reading', () => {
  test("becomes a record with the device's own bytes, keyed by patient, stamped with its arrival", () => {
    const bytes = encodeReading(reading());
    const admission = live(bytes);
    expect(admission).toMatchObject({
      kind: 'readings',
      rejected: [],
      accepted: [{ topic: 'vitals.readings', key: 'p1', value: bytes, headers: {}, timestampMs: NOW_MS }],
    });
    expect(admission.kind === 'readings' && admission.accepted[0]?.value).toBe(bytes);
  });

  test.each<[RejectionReason, Partial<Reading>]>([
    ['wrong_device', { deviceId: 'd2' }],
    ['wrong_region', { region: 'Midwest' }],
    ['missing_patient', { patientId: '' }],
    ['missing_patient', { patientId: 'p'.repeat(65) }],
    ['sequence_out_of_range', { sequence: 0 }],
    ['sequence_out_of_range', { sequence: 2 ** 53 + 2 }],
    ['implausible_value', vitals({ oxygen_saturation: 101 })],
    ['implausible_value', vitals({ blood_pressure_systolic: 80, blood_pressure_diastolic: 90 })],
    ['not_a_number', vitals({ heartbeat: NaN })],
    ['not_a_number', vitals({ temperature: Infinity })],
    ['future_timestamp', { measuredAtMs: NOW_MS + 60_001 }],
    ['too_old', { measuredAtMs: NOW_MS - 24 * HOUR_MS - 1 }],
    ['too_old', { measuredAtMs: 0 }],
    ['empty_reading', vitals({})],
    ['empty_reading', { ...vitals({}), batteryPercent: 50 }],
  ])('is rejected as %s: %o', (reason, changes) => {
    const bytes = encodeReading(reading(changes));
    expect(live(bytes)).toMatchObject({ accepted: [], rejected: [{ reason, payload: bytes }] });
  });

  test.each<[string, Partial<Reading>]>([
    ['at the edge of the future', { measuredAtMs: NOW_MS + 60_000 }],
    ['at the edge of the past', { measuredAtMs: NOW_MS - 24 * HOUR_MS }],
    ['with oxygen charted only', { ...vitals({}), supplementalOxygen: true }],
    ['with consciousness charted only', { ...vitals({}), consciousness: 'voice' }],
    ['with a lead off only', { ...vitals({}), validity: { heartbeat: 'not_available' } }],
  ])('is accepted %s', (_, changes) => {
    expect(live(encodeReading(reading(changes)))).toMatchObject({ rejected: [], accepted: [{}] });
  });

  test('is rejected when it is not protobuf, or too long', () => {
    expect(reasonsOf(live(Buffer.from('not protobuf at all')))).toEqual(['not_protobuf']);
    expect(reasonsOf(live(new Uint8Array(4_097)))).toEqual(['oversized']);
  });

  test.each([
    'vitals/v1/West/d2/readings',
    'vitals/v1/Midwest/d1/readings',
    'vitals/v1/West/d1/commands',
    'vitals/v1/West/d1/readings/',
    'elsewhere',
  ])('on %s is rejected as wrong_topic', (topic) => {
    const admission = admit(topic, encodeReading(reading()), DEVICE, NOW_MS, BOUNDS);
    expect(reasonsOf(admission)).toEqual(['wrong_topic']);
  });
});

describe('a batch', () => {
  test('becomes a record a reading, oldest first, each with its own bytes and the mark', () => {
    const readings = [1, 2, 3].map((sequence) => reading({ sequence, measuredAtMs: NOW_MS - HOUR_MS }));
    expect(backfill(encodeReadingBatch(readings))).toMatchObject({
      rejected: [],
      accepted: readings.map((one) => ({
        key: 'p1',
        headers: { backfill: '1' },
        value: encodeReading(one),
      })),
      last: { sequence: 3 },
    });
  });

  test('keeps the good ones and rejects the bad ones with their own bytes', () => {
    const bad = reading({ sequence: 2, ...vitals({ heartbeat: 999 }) });
    const admission = backfill(encodeReadingBatch([reading(), bad, reading({ sequence: 3 })]));
    expect(admission).toMatchObject({
      accepted: [{ value: encodeReading(reading()) }, { value: encodeReading(reading({ sequence: 3 })) }],
      rejected: [{ reason: 'implausible_value', payload: encodeReading(bad) }],
    });
  });

  test('is rejected whole when too large, empty, or not one', () => {
    expect(reasonsOf(backfill(encodeReadingBatch(Array(6).fill(reading()))))).toEqual(['batch_too_large']);
    expect(reasonsOf(backfill(new Uint8Array()))).toEqual(['empty_reading']);
    expect(reasonsOf(backfill(Buffer.from([0x0a, 0x7f, 1])))).toEqual(['not_protobuf']);
  });
});

describe('a status', () => {
  const admitStatus = (payload: Uint8Array): Admission =>
    admit(DEVICE.statusTopic, payload, DEVICE, NOW_MS, BOUNDS);

  test('is handed on', () => {
    expect(admitStatus(status())).toMatchObject({ kind: 'status', status: { state: 'born', bootId: 3 } });
  });

  test.each<[RejectionReason, Uint8Array]>([
    ['bad_status', new Uint8Array()],
    ['bad_status', Buffer.from('garbage!')],
    ['wrong_device', status({ deviceId: 'd2' })],
    ['wrong_region', status({ region: 'Midwest' })],
    ['bad_status', status({ patientId: 'p'.repeat(65) })],
  ])('is rejected as %s', (reason, payload) => {
    expect(reasonsOf(admitStatus(payload))).toEqual([reason]);
  });
});

test('a rejected record carries the payload, its reason and the beginning of its topic', () => {
  const rejection = { reason: 'wrong_topic', detail: 'why', payload: Buffer.from('x') } as const;
  expect(rejectedRecord(rejection, { topic: 'abcdef', deviceId: 'd1', receivedAtMs: 5 }, 3)).toEqual({
    topic: 'vitals.rejected',
    key: 'd1',
    value: Buffer.from('x'),
    headers: { reason: 'wrong_topic', topic: 'abc', detail: 'why' },
    timestampMs: 5,
  });
  expect(isMisuse('wrong_topic')).toBe(true);
  expect(isMisuse('not_protobuf')).toBe(false);
});
