import { expect, test } from 'vitest';
import { seededRandom } from '../testing/random.ts';
import { DecodeError, decodeReading, encodeReading } from './codec.ts';
import { plainReading } from './plain-reading.ts';
import { NO_MARKS, type Reading } from './reading.ts';
import { noVitals } from './vital.ts';

/** Field 100, which nobody knows: what carries it is not plain, and means the same. */
const UNKNOWN_FIELD = [0xa0, 0x06, 0x01];

function outcome(bytes: Uint8Array): Reading | string {
  try {
    return decodeReading(bytes);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return 'no reading';
  }
}
const generally = (bytes: Uint8Array): Reading | string => outcome(Buffer.from([...UNKNOWN_FIELD, ...bytes]));

const random = seededRandom(7);
const pick = <T>(...values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;

const anyReading = (): Reading => ({
  deviceId: pick('D1', 'BENCH-17', 'd'.repeat(63), 'd'.repeat(200), 'Gerät', ''),
  patientId: pick('P1', `P-${Math.floor(random() * 1e6)}`, ''),
  region: pick('Northeast', 'West'),
  bootId: pick(0, 1, 127, 128, 2 ** 31, 2 ** 32 - 1),
  sequence: pick(0, 1, 300, 2 ** 21, 2 ** 40, 2 ** 52),
  measuredAtMs: pick(0, 1, Date.UTC(2026, 0, 1), 2 ** 48, -5),
  mode: pick('real', 'test', 'demo'),
  vitals: {
    ...noVitals(),
    heartbeat: pick(undefined, 72, 0, NaN),
    temperature: pick(undefined, 98.6, 37),
    blood_pressure_systolic: pick(undefined, 120.5),
    blood_pressure_diastolic: pick(undefined, 80),
    oxygen_saturation: pick(undefined, 97, Infinity),
    respiratory_rate: pick(undefined, 16),
  },
  validity: pick(NO_MARKS, NO_MARKS, { heartbeat: 'questionable' }),
  supplementalOxygen: pick(undefined, true, false),
  consciousness: pick('unknown', 'voice', 'unresponsive'),
  batteryPercent: pick(undefined, 0, 80),
});

test('means what the generated decoder means, also of bytes that were changed, cut or doubled', () => {
  let plain = 0;
  for (let round = 0; round < 1_500; round++) {
    const bytes = Buffer.from(encodeReading(anyReading(), pick('F', 'C')));
    if (plainReading(bytes)) plain++;
    const changed = Buffer.from(bytes);
    changed[Math.floor(random() * changed.length)] = Math.floor(random() * 256);
    const cut = bytes.subarray(0, Math.floor(random() * bytes.length));
    for (const one of [bytes, changed, cut, Buffer.concat([bytes, bytes])]) {
      expect(outcome(one), `round ${round}: ${one.toString('hex')}`).toEqual(generally(one));
    }
  }
  expect(plain).toBeGreaterThan(300);
});

test('gives the same text again for the same bytes, and never that of others', () => {
  const reading = { ...anyReading(), deviceId: 'D1', validity: NO_MARKS, measuredAtMs: 1 };
  for (let patient = 0; patient < 20_000; patient++) {
    const patientId = `P${patient}`;
    expect(plainReading(encodeReading({ ...reading, patientId }))?.patientId).toBe(patientId);
  }
});
