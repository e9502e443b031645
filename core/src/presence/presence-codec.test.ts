import { expect, test } from 'vitest';
import type { DevicePresence } from '../ports/live-bus.ts';
import { decodePresence, encodePresence } from './presence-codec.ts';

const presence: DevicePresence = {
  deviceId: 'D1',
  patientId: '',
  region: 'West',
  state: 'lost',
  bootId: 4_294_967_295,
  atMs: Date.UTC(2026, 0, 1, 0, 0, 0, 7),
  batteryPercent: undefined,
};

test('presence survives the way to its record and back', () => {
  expect(decodePresence(encodePresence(presence))).toEqual(presence);
  const charged: DevicePresence = { ...presence, patientId: 'P1', state: 'born', batteryPercent: 81.5 };
  expect(decodePresence(encodePresence(charged))).toEqual(charged);
});

test('what is no presence is refused', () => {
  expect(() => decodePresence(Buffer.from('{}'))).toThrow();
  expect(() => decodePresence(Buffer.from('not json'))).toThrow();
});
