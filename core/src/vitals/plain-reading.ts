/**
 * The readings that devices send nearly always, read by hand, with the texts that were read before instead of new ones: the generated
 * decoder's are made character by character, and whoever looks into them first pays for joining them. Whatever is unusual in any way (unknown fields, marks of quality, text beyond ASCII, numbers too long) is left to
 * the generated decoder, so that there is one meaning of the bytes.
 */
import { NO_MARKS, type Consciousness, type Mode, type Reading } from './reading.ts';
import { celsiusToFahrenheit, fromFloat32 } from './units.ts';

export const MODES: readonly Mode[] = ['real', 'test', 'demo'];
export const CONSCIOUSNESS: readonly Consciousness[] = [
  'unknown',
  'alert',
  'new_confusion',
  'voice',
  'pain',
  'unresponsive',
];
const CELSIUS = 1;
const UINT32_MAX = 0xffff_ffff;
/** Seven bits each: 49 bits, which a number holds exactly. */
const VARINT_BYTES_MAX = 7;

/** Ten thousand devices and their patients are twenty thousand texts: at a place of their own nine times in ten, and 2 MiB in all. */
const TEXTS = 2 ** 18;
const TEXT_BYTES_MAX = 64;
const HASHED_BYTES = 8;
/** Texts by a hash of their bytes; one displaces another, so that there are never more. */
const texts: (string | undefined)[] = Array.from({ length: TEXTS });

const floatBits = new Uint32Array(1);
const float = new Float32Array(floatBits.buffer);

/** Where the last one read ended; -1 where it is no plain one. */
let end = 0;

/** Undefined where the bytes are not, or may not be, a plain reading. */
export function plainReading(bytes: Uint8Array): Reading | undefined {
  const { length } = bytes;
  let deviceId = '';
  let patientId = '';
  let region = '';
  let bootId = 0;
  let sequence = 0;
  let measuredAtMs = 0;
  let mode = 0;
  let heartbeat: number | undefined;
  let systolic: number | undefined;
  let diastolic: number | undefined;
  let temperature: number | undefined;
  let oxygenSaturation: number | undefined;
  let respiratoryRate: number | undefined;
  let temperatureUnit = 0;
  let supplementalOxygen: boolean | undefined;
  let consciousness = 0;
  let batteryPercent: number | undefined;

  let at = 0;
  while (at < length) {
    let tag = bytes[at++] as number;
    if (tag > 0x7f) {
      if (bytes[at++] !== 1) return undefined;
      tag += 0x100;
    }
    switch (tag) {
      case 0x0a:
        deviceId = text(bytes, at);
        break;
      case 0x12:
        patientId = text(bytes, at);
        break;
      case 0x1a:
        region = text(bytes, at);
        break;
      case 0x20:
        bootId = varint(bytes, at);
        if (bootId > UINT32_MAX) return undefined;
        break;
      case 0x28:
        sequence = varint(bytes, at);
        break;
      case 0x30:
        measuredAtMs = varint(bytes, at);
        break;
      case 0x38:
        mode = oneByte(bytes, at);
        break;
      case 0x55:
        heartbeat = float32(bytes, at);
        break;
      case 0x5d:
        systolic = float32(bytes, at);
        break;
      case 0x65:
        diastolic = float32(bytes, at);
        break;
      case 0x6d:
        temperature = float32(bytes, at);
        break;
      case 0x75:
        oxygenSaturation = float32(bytes, at);
        break;
      case 0x7d:
        respiratoryRate = float32(bytes, at);
        break;
      case 0x180:
        temperatureUnit = oneByte(bytes, at);
        break;
      case 0x1a0:
        supplementalOxygen = oneByte(bytes, at) !== 0;
        break;
      case 0x1a8:
        consciousness = oneByte(bytes, at);
        break;
      case 0x1b8:
        batteryPercent = varint(bytes, at);
        if (batteryPercent > UINT32_MAX) return undefined;
        break;
      default:
        return undefined;
    }
    if (end < 0) return undefined;
    at = end;
  }
  return {
    deviceId,
    patientId,
    region,
    bootId,
    sequence,
    measuredAtMs,
    mode: MODES[mode] ?? 'real',
    vitals: {
      heartbeat,
      blood_pressure_systolic: systolic,
      blood_pressure_diastolic: diastolic,
      temperature:
        temperature !== undefined && temperatureUnit === CELSIUS
          ? fromFloat32(celsiusToFahrenheit(temperature))
          : temperature,
      oxygen_saturation: oxygenSaturation,
      respiratory_rate: respiratoryRate,
    },
    validity: NO_MARKS,
    supplementalOxygen,
    consciousness: CONSCIOUSNESS[consciousness] ?? 'unknown',
    batteryPercent,
  };
}

function varint(bytes: Uint8Array, from: number): number {
  let value = 0;
  let scale = 1;
  for (let i = 0; i < VARINT_BYTES_MAX; i++) {
    const byte = bytes[from + i];
    if (byte === undefined) break;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      end = from + i + 1;
      return value;
    }
    scale *= 0x80;
  }
  end = -1;
  return 0;
}

function oneByte(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  end = byte === undefined || byte > 0x7f ? -1 : at + 1;
  return byte ?? 0;
}

function float32(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) {
    end = -1;
    return 0;
  }
  floatBits[0] =
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24);
  end = at + 4;
  return fromFloat32(float[0] as number);
}

function text(bytes: Uint8Array, at: number): string {
  const length = bytes[at] as number;
  const start = at + 1;
  end = start + length;
  if (length === 0) return '';
  if (!(length <= TEXT_BYTES_MAX) || end > bytes.length) {
    end = -1;
    return '';
  }
  // Ids differ at their ends.
  let hash = length;
  for (let i = Math.max(start, end - HASHED_BYTES); i < end; i++) {
    hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  }
  const place = (hash ^ (hash >>> 15)) & (TEXTS - 1);
  const known = texts[place];
  if (known !== undefined && known.length === length && isSame(known, bytes, start)) return known;
  for (let i = start; i < end; i++) {
    if ((bytes[i] as number) <= 0x7f) continue;
    end = -1;
    return '';
  }
  let made = '';
  for (let i = start; i < end; i++) made += String.fromCharCode(bytes[i] as number);
  return (texts[place] = made);
}

function isSame(known: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < known.length; i++) if (known.charCodeAt(i) !== bytes[start + i]) return false;
  return true;
}
