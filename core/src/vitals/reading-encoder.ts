import { encodeReading } from './codec.ts';
import { CONSCIOUSNESS, MODES } from './plain-reading.ts';
import { NO_MARKS, type Reading } from './reading.ts';
import { noVitals, type VitalValues } from './vital.ts';

/** Tags as `plainReading` reads them. */
const SEQUENCE = 0x28;
const MEASURED_AT = 0x30;
const MODE = 0x38;
const HEARTBEAT = 0x55;
const SYSTOLIC = 0x5d;
const DIASTOLIC = 0x65;
const TEMPERATURE = 0x6d;
const OXYGEN_SATURATION = 0x75;
const RESPIRATORY_RATE = 0x7d;

/** Two varints of ten bytes, a mode and six floats, each with its tag. */
const VARYING_BYTES_MAX = 2 * 11 + 2 + 6 * 5;

const float = new Float32Array(1);
const floatBytes = new Uint8Array(float.buffer);
let at = 0;

/**
 * Encodes the readings of one power-up of one device, byte for byte as `encodeReading` does in °F, for a third of the time: who the device and the
 * patient are is encoded once. What few readings have (marks of quality, oxygen, a state of consciousness, a battery) is left to `encodeReading`.
 */
export class ReadingEncoder {
  readonly #head: Uint8Array;

  constructor(who: Pick<Reading, 'deviceId' | 'patientId' | 'region' | 'bootId'>) {
    this.#head = encodeReading({ ...NOTHING_MEASURED, ...who });
  }

  encode(reading: Reading): Uint8Array {
    if (!isPlain(reading)) return encodeReading(reading);
    const head = this.#head;
    const bytes = Buffer.allocUnsafe(head.length + VARYING_BYTES_MAX);
    bytes.set(head);
    at = head.length;
    putNumber(bytes, SEQUENCE, reading.sequence);
    putNumber(bytes, MEASURED_AT, reading.measuredAtMs);
    putNumber(bytes, MODE, MODES.indexOf(reading.mode));
    putVitals(bytes, reading.vitals);
    return bytes.subarray(0, at);
  }
}

const NOTHING_MEASURED: Omit<Reading, 'deviceId' | 'patientId' | 'region' | 'bootId'> = {
  sequence: 0,
  measuredAtMs: 0,
  mode: 'real',
  vitals: noVitals(),
  validity: NO_MARKS,
  supplementalOxygen: undefined,
  consciousness: 'unknown',
  batteryPercent: undefined,
};

const isPlain = (reading: Reading): boolean =>
  reading.validity === NO_MARKS &&
  reading.supplementalOxygen === undefined &&
  reading.consciousness === CONSCIOUSNESS[0] &&
  reading.batteryPercent === undefined &&
  reading.measuredAtMs >= 0;

function putVitals(bytes: Uint8Array, vitals: VitalValues): void {
  putFloat(bytes, HEARTBEAT, vitals.heartbeat);
  putFloat(bytes, SYSTOLIC, vitals.blood_pressure_systolic);
  putFloat(bytes, DIASTOLIC, vitals.blood_pressure_diastolic);
  putFloat(bytes, TEMPERATURE, vitals.temperature);
  putFloat(bytes, OXYGEN_SATURATION, vitals.oxygen_saturation);
  putFloat(bytes, RESPIRATORY_RATE, vitals.respiratory_rate);
}

/** A default is not written: its absence says it. */
function putNumber(bytes: Uint8Array, tag: number, value: number): void {
  if (value === 0) return;
  bytes[at++] = tag;
  let rest = value;
  while (rest > 127) {
    bytes[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  bytes[at++] = rest;
}

function putFloat(bytes: Uint8Array, tag: number, value: number | undefined): void {
  if (value === undefined) return;
  float[0] = value;
  bytes[at++] = tag;
  bytes[at++] = floatBytes[0] as number;
  bytes[at++] = floatBytes[1] as number;
  bytes[at++] = floatBytes[2] as number;
  bytes[at++] = floatBytes[3] as number;
}
