import { expect, test } from 'vitest';
import type { LiveVitals } from '../../ports/live-bus.ts';
import { packLatest } from '../../vitals/latest.ts';
import { fromVitalsFields, toVitalsFields } from './live-fields.ts';
import { decodeLive, encodeLive } from './live-message.ts';

const AT = 1_700_000_000_123;
const aggregate = { endMs: AT, count: 3, min: 58, max: 62, mean: 60.25, standardDeviation: 1.5 };

const plain: LiveVitals = {
  patientId: 'P "1"',
  region: 'Northeast',
  deviceId: 'D1',
  mode: 'real',
  measuredAtMs: AT,
  vitals: packLatest({
    heartbeat: { value: 72.5, measuredAtMs: AT, validity: 'valid' },
    respiratory_rate: { value: 16, measuredAtMs: AT, validity: 'valid' },
  }),
  pending: [],
};

const full: LiveVitals = {
  ...plain,
  mode: 'demo',
  vitals: packLatest({
    heartbeat: { value: 0, measuredAtMs: AT, validity: 'invalid' },
    blood_pressure_systolic: { value: 120, measuredAtMs: AT - 60_000, validity: 'valid' },
    temperature: { value: 98.6, measuredAtMs: AT - 5_000, validity: 'questionable' },
    oxygen_saturation: { value: 0, measuredAtMs: AT - 1, validity: 'not_available' },
  }),
  pending: [{ type: 'high_heartrate', priority: 'medium', sinceMs: AT - 3_000, dueMs: AT + 7_000 }],
  rolling: {
    heartbeat: { '1m': { ...aggregate, slopePerMinute: -0.5 } },
    temperature: { '60m': { ...aggregate, slopePerMinute: undefined } },
  },
  score: { score: 6, level: 'medium', partial: true },
};

const unscored: LiveVitals = {
  ...plain,
  vitals: packLatest({}),
  scoreExclusion: 'NEWS2 is not for patients under 16',
};

test('what is said on a channel is heard as it was', () => {
  const all = [plain, full, unscored];
  expect(decodeLive(`[${all.map(encodeLive).join(',')}]`)).toEqual(all);
});

test.each([
  ['a document of another version', '[{"patient_id":"P1"}]'],
  ['no list', '7'],
  ['no JSON', '['],
])('hears nothing in %s', (_, message) => {
  expect(() => decodeLive(message)).toThrow();
});

function hashOf(live: LiveVitals): Record<string, string> {
  const fields = toVitalsFields(live);
  return Object.fromEntries(fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1]!]] : [])));
}

test('what is kept in a hash is read as it was', () => {
  for (const live of [plain, full, unscored]) expect(fromVitalsFields(hashOf(live))).toEqual(live);
  expect(fromVitalsFields({})).toBeUndefined();
});

test('a hash names a moment and a validity only where they are not the usual ones', () => {
  expect(hashOf(plain)).toEqual({
    patient_id: 'P "1"',
    region: 'Northeast',
    device_id: 'D1',
    mode: 'real',
    measured_at: '2023-11-14T22:13:20.123Z',
    heartbeat: '72.5',
    respiratory_rate: '16',
  });
  expect(hashOf(full)).toMatchObject({
    heartbeat_validity: 'invalid',
    temperature_measured_at: '2023-11-14T22:13:15.123Z',
  });
});
