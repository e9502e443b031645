import { expect, test } from 'vitest';
import type { DevicePresence } from '../ports/live-bus.ts';
import { decodePresence, encodePresence } from './presence-codec.ts';

const presence: DevicePresence = {
  deviceId: 'd1',
  patientId: 'p1',
  region: 'West',
  state: 'born',
  bootId: 3,
  atMs: Date.UTC(2026, 0, 1),
  batteryPercent: 80,
};

test('stands as snake_case JSON with an ISO time', () => {
  expect(JSON.parse(Buffer.from(encodePresence(presence)).toString())).toEqual({
    device_id: 'd1',
    patient_id: 'p1',
    region: 'West',
    state: 'born',
    boot_id: 3,
    at: '2026-01-01T00:00:00.000Z',
    battery_percent: 80,
  });
});

test.each([
  presence,
  { ...presence, batteryPercent: undefined, patientId: '' },
  { ...presence, gateway: 'g1' },
])('comes back as it was', (one) => {
  expect(decodePresence(encodePresence(one))).toEqual(one);
});

test('what is no presence is refused', () => {
  expect(() => decodePresence(Buffer.from('{}'))).toThrow();
});
