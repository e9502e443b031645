import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DecodeError,
  decodeDeviceStatus,
  decodeReading,
  decodeReadingBatch,
  encodeDeviceStatus,
  encodeReading,
  encodeReadingBatch,
} from './codec.ts';
import type { Validity } from './quality.ts';
import { NO_MARKS, type DeviceStatus, type Reading } from './reading.ts';
import { fromFloat32 } from './units.ts';
import { VITALS, noVitals } from './vital.ts';

const plain: Reading = {
  deviceId: 'MON-1',
  patientId: 'P1',
  region: 'Northeast',
  bootId: 7,
  sequence: 1,
  measuredAtMs: Date.UTC(2026, 0, 1),
  mode: 'real',
  vitals: { ...noVitals(), heartbeat: 72, temperature: 98.6, oxygen_saturation: 97 },
  validity: NO_MARKS,
  supplementalOxygen: undefined,
  consciousness: 'unknown',
  batteryPercent: undefined,
};

describe('a reading on the wire', () => {
  const value = fc.option(
    fc.double({ min: 0, max: 350, noNaN: true }).map((x) => fromFloat32(Math.fround(fromFloat32(x)))),
    { nil: undefined },
  );
  const validity = fc.constantFrom<Validity>('questionable', 'invalid', 'not_available');
  const anyReading: fc.Arbitrary<Reading> = fc.record({
    deviceId: fc.string({ maxLength: 30 }),
    patientId: fc.string({ maxLength: 30 }),
    region: fc.string({ maxLength: 30 }),
    bootId: fc.nat(0xffffffff),
    sequence: fc.nat(Number.MAX_SAFE_INTEGER),
    measuredAtMs: fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }),
    mode: fc.constantFrom('real', 'test', 'demo'),
    vitals: fc.record({
      heartbeat: value,
      blood_pressure_systolic: value,
      blood_pressure_diastolic: value,
      temperature: value,
      oxygen_saturation: value,
      respiratory_rate: value,
    }),
    validity: fc.dictionary(fc.constantFrom(...VITALS), validity, { noNullPrototype: true }),
    supplementalOxygen: fc.option(fc.boolean(), { nil: undefined }),
    consciousness: fc.constantFrom('unknown', 'alert', 'new_confusion', 'voice', 'pain', 'unresponsive'),
    batteryPercent: fc.option(fc.nat(100), { nil: undefined }),
  });

  it('comes back as it was', () => {
    fc.assert(
      fc.property(anyReading, (reading) => {
        expect(decodeReading(encodeReading(reading))).toEqual(reading);
      }),
    );
  });

  it('comes back as it was in a batch, in order', () => {
    fc.assert(
      fc.property(fc.array(anyReading, { maxLength: 5 }), (readings) => {
        expect(decodeReadingBatch(encodeReadingBatch(readings))).toEqual(readings);
      }),
    );
  });

  it('keeps 64-bit counters exact to 2^53', () => {
    const sequence = Number.MAX_SAFE_INTEGER;
    expect(decodeReading(encodeReading({ ...plain, sequence })).sequence).toBe(sequence);
  });

  it('means the decimal that the device meant, not its nearest float', () => {
    expect(decodeReading(encodeReading(plain)).vitals.temperature).toBe(98.6);
  });

  it.each([
    [36.6, 97.88],
    [37, 98.6],
    [38.9, 102.02],
  ])('turns %d °C into %d °F', (celsius, fahrenheit) => {
    const reading = { ...plain, vitals: { ...noVitals(), temperature: (celsius * 9) / 5 + 32 } };
    expect(decodeReading(encodeReading(reading, 'C')).vitals.temperature).toBe(fahrenheit);
  });

  it('shares one object among readings without a mark', () => {
    expect(decodeReading(encodeReading(plain)).validity).toBe(NO_MARKS);
  });

  it('is a DecodeError where the bytes are something else', () => {
    expect(() => decodeReading(Buffer.from('not protobuf'))).toThrow(DecodeError);
    expect(() => decodeReading(encodeReading(plain).subarray(0, 10))).toThrow(DecodeError);
  });
});

describe('a device status on the wire', () => {
  const status: DeviceStatus = {
    deviceId: 'MON-1',
    patientId: '',
    region: 'West',
    bootId: 4_000_000_000,
    state: 'born',
    deviceTimeMs: 1_800_000_000_123,
    model: 'X',
    firmware: '1.2',
    batteryPercent: 0,
  };

  it.each([status, { ...status, state: 'dead' as const, batteryPercent: undefined }])(
    'comes back as it was',
    (sent) => {
      expect(decodeDeviceStatus(encodeDeviceStatus(sent))).toEqual(sent);
    },
  );

  it('must be BORN or DEAD', () => {
    expect(() => decodeDeviceStatus(new Uint8Array())).toThrow(DecodeError);
  });
});
