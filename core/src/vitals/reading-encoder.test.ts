import { expect, test } from 'vitest';
import { seededRandom } from '../testing/random.ts';
import { encodeReading } from './codec.ts';
import { NO_MARKS, type Reading } from './reading.ts';
import { ReadingEncoder } from './reading-encoder.ts';

const random = seededRandom(11);
const pick = <T>(...values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;

const anyReadingOf = (who: Pick<Reading, 'deviceId' | 'patientId' | 'region' | 'bootId'>): Reading => ({
  ...who,
  sequence: pick(1, 127, 128, 300, 2 ** 21, 2 ** 32, 2 ** 52),
  measuredAtMs: pick(0, 1, Date.UTC(2026, 0, 1), 2 ** 48, -5),
  mode: pick('real', 'test', 'demo'),
  vitals: {
    heartbeat: pick(undefined, 72, 0, NaN),
    temperature: pick(undefined, 98.6, 37),
    blood_pressure_systolic: pick(undefined, 120.5, -0),
    blood_pressure_diastolic: pick(undefined, 80, 1e39),
    oxygen_saturation: pick(undefined, 97, Infinity),
    respiratory_rate: pick(undefined, 16),
  },
  validity: pick(NO_MARKS, NO_MARKS, { heartbeat: 'questionable' }),
  supplementalOxygen: pick(undefined, undefined, false),
  consciousness: pick('unknown', 'unknown', 'voice'),
  batteryPercent: pick(undefined, undefined, 0),
});

test('encodes as the generated code does, byte for byte', () => {
  for (const bootId of [0, 1, 128, 2 ** 32 - 1]) {
    const who = {
      deviceId: pick('D1', 'Gerät', 'd'.repeat(200)),
      patientId: pick('P1', ''),
      region: 'West',
      bootId,
    };
    const encoder = new ReadingEncoder(who);
    for (let round = 0; round < 500; round++) {
      const reading = anyReadingOf(who);
      expect(Buffer.from(encoder.encode(reading)).toString('hex'), JSON.stringify(reading)).toBe(
        Buffer.from(encodeReading(reading)).toString('hex'),
      );
    }
  }
});
