/** Protobuf (core/proto/vitals.proto) to the domain's types and back. The only file that knows the generated code. */
import './numbers-for-int64.ts';
import { vitalwire } from './generated/vitals-proto.js';
import { VALIDITIES, type Validity } from './quality.ts';
import { CONSCIOUSNESS, MODES, plainReading } from './plain-reading.ts';
import { NO_MARKS, type DeviceStatus, type Reading } from './reading.ts';
import { celsiusToFahrenheit, fahrenheitToCelsius, fromFloat32 } from './units.ts';
import { VITALS, type VitalName } from './vital.ts';

const proto = vitalwire.v1;

/** The payload is not the message it should be. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

function decodeAs<T>(type: { decode(bytes: Uint8Array): T }, bytes: Uint8Array): T {
  try {
    return type.decode(bytes);
  } catch (error) {
    throw new DecodeError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws DecodeError */
export function decodeReading(bytes: Uint8Array): Reading {
  return plainReading(bytes) ?? toReading(decodeAs(proto.Reading, bytes));
}

/** Readings in the order of the batch, oldest first. @throws DecodeError */
export function decodeReadingBatch(bytes: Uint8Array): Reading[] {
  // The decoder makes message instances; the generated type only promises their properties.
  return (decodeAs(proto.ReadingBatch, bytes).readings as vitalwire.v1.Reading[]).map((message) =>
    toReading(message),
  );
}

/** @throws DecodeError */
export function decodeDeviceStatus(bytes: Uint8Array): DeviceStatus {
  const message = decodeAs(proto.DeviceStatus, bytes);
  if (message.state !== proto.DeviceStatus.State.BORN && message.state !== proto.DeviceStatus.State.DEAD) {
    throw new DecodeError(`state ${message.state} is neither BORN nor DEAD`);
  }
  return {
    deviceId: message.deviceId,
    patientId: message.patientId,
    region: message.region,
    bootId: message.bootId,
    state: message.state === proto.DeviceStatus.State.BORN ? 'born' : 'dead',
    deviceTimeMs: message.deviceTimeMs,
    model: message.model,
    firmware: message.firmware,
    batteryPercent: message.batteryPercent ?? undefined,
  };
}

/** `temperatureUnit` is the device's own; the reading holds °F either way. */
export function encodeReading(reading: Reading, temperatureUnit: 'F' | 'C' = 'F'): Uint8Array {
  return proto.Reading.encode(fromReading(reading, temperatureUnit)).finish();
}

export function encodeReadingBatch(readings: readonly Reading[]): Uint8Array {
  return proto.ReadingBatch.encode({
    readings: readings.map((reading) => fromReading(reading, 'F')),
  }).finish();
}

export function encodeDeviceStatus(status: DeviceStatus): Uint8Array {
  const { BORN, DEAD } = proto.DeviceStatus.State;
  return proto.DeviceStatus.encode({
    ...status,
    state: status.state === 'born' ? BORN : DEAD,
    batteryPercent: status.batteryPercent ?? null,
  }).finish();
}

function toReading(message: vitalwire.v1.Reading): Reading {
  const temperature = float(message.temperature);
  return {
    deviceId: message.deviceId,
    patientId: message.patientId,
    region: message.region,
    bootId: message.bootId,
    sequence: message.sequence,
    measuredAtMs: message.measuredAtMs,
    mode: MODES[message.mode] ?? 'real',
    vitals: {
      heartbeat: float(message.heartbeat),
      blood_pressure_systolic: float(message.bloodPressureSystolic),
      blood_pressure_diastolic: float(message.bloodPressureDiastolic),
      temperature:
        temperature !== undefined && message.temperatureUnit === proto.TemperatureUnit.CELSIUS
          ? fromFloat32(celsiusToFahrenheit(temperature))
          : temperature,
      oxygen_saturation: float(message.oxygenSaturation),
      respiratory_rate: float(message.respiratoryRate),
    },
    validity: message.quality.length === 0 ? NO_MARKS : toValidity(message.quality),
    supplementalOxygen: message.supplementalOxygen ?? undefined,
    consciousness: CONSCIOUSNESS[message.consciousness] ?? 'unknown',
    batteryPercent: message.batteryPercent ?? undefined,
  };
}

function float(value: number | null | undefined): number | undefined {
  return value === null || value === undefined ? undefined : fromFloat32(value);
}

function toValidity(quality: vitalwire.v1.VitalQuality.$Properties[]): Partial<Record<VitalName, Validity>> {
  const marks: Partial<Record<VitalName, Validity>> = {};
  for (const { vital, validity } of quality) {
    const name = VITALS[(vital ?? 0) - 1];
    // A validity this version does not know is a doubt, not a value to trust.
    if (name !== undefined) marks[name] = VALIDITIES[validity ?? 0] ?? 'questionable';
  }
  return marks;
}

function fromReading(reading: Reading, temperatureUnit: 'F' | 'C'): vitalwire.v1.Reading.$Properties {
  const { vitals, validity } = reading;
  const { temperature } = vitals;
  return {
    deviceId: reading.deviceId,
    patientId: reading.patientId,
    region: reading.region,
    bootId: reading.bootId,
    sequence: reading.sequence,
    measuredAtMs: reading.measuredAtMs,
    mode: MODES.indexOf(reading.mode),
    heartbeat: vitals.heartbeat ?? null,
    bloodPressureSystolic: vitals.blood_pressure_systolic ?? null,
    bloodPressureDiastolic: vitals.blood_pressure_diastolic ?? null,
    temperature:
      temperature === undefined
        ? null
        : temperatureUnit === 'C'
          ? fahrenheitToCelsius(temperature)
          : temperature,
    oxygenSaturation: vitals.oxygen_saturation ?? null,
    respiratoryRate: vitals.respiratory_rate ?? null,
    temperatureUnit: temperatureUnit === 'C' ? 1 : 0,
    supplementalOxygen: reading.supplementalOxygen ?? null,
    consciousness: CONSCIOUSNESS.indexOf(reading.consciousness),
    quality: VITALS.flatMap((name, index) => {
      const mark = validity[name];
      return mark === undefined ? [] : [{ vital: index + 1, validity: VALIDITIES.indexOf(mark) }];
    }),
    batteryPercent: reading.batteryPercent ?? null,
  };
}
