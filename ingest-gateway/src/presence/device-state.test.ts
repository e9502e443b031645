import { describe, expect, test } from 'vitest';
import type { DeviceStatus, Reading } from '@vitalwire/core/vitals/reading.ts';
import { afterEnding, afterReading, afterStatus, connected, type DeviceState } from './device-state.ts';

const DEVICE = { deviceId: 'd1', region: 'West' };
const born: DeviceState = { ...DEVICE, state: 'born', patientId: 'p1', bootId: 2, batteryPercent: 50 };
const dead = (bootId: number): DeviceStatus => ({
  ...DEVICE,
  patientId: 'p1',
  bootId,
  state: 'dead',
  deviceTimeMs: 0,
  model: '',
  firmware: '',
  batteryPercent: undefined,
});
const reading = { patientId: 'p1', bootId: 2, batteryPercent: undefined } as Reading;

test('a device that connects keeps what was known of it, and its will names its boot', () => {
  expect(connected(DEVICE, undefined, undefined)).toMatchObject({
    state: 'connected',
    patientId: '',
    bootId: 0,
  });
  expect(connected(DEVICE, dead(3), born)).toMatchObject({ state: 'connected', patientId: 'p1', bootId: 3 });
});

describe('DEAD', () => {
  test('of this boot makes it dead', () => expect(afterStatus(born, dead(2))?.state).toBe('dead'));
  test('of another boot changes nothing', () => expect(afterStatus(born, dead(1))).toBeUndefined());
});

describe('the end of a connection', () => {
  test.each([
    ['goodbye', born, { goodbye: true } as const, 'dead'],
    ['its own will', born, { goodbye: false, will: dead(2) } as const, 'dead'],
    ["another boot's will", born, { goodbye: false, will: dead(1) } as const, 'lost'],
    ['a will that says BORN', born, { goodbye: false, will: { ...dead(2), state: 'born' } } as const, 'lost'],
    ['silence', born, { goodbye: false, will: undefined } as const, 'lost'],
  ])('with %s', (_, device, ending, state) => {
    expect(afterEnding(device, ending)?.state).toBe(state);
  });
  test('says nothing twice', () => {
    expect(afterEnding({ ...born, state: 'dead' }, { goodbye: false, will: dead(2) })).toBeUndefined();
  });
});

describe('a reading', () => {
  test('that tells nothing new allocates nothing', () => expect(afterReading(born, reading)).toBeUndefined());
  test('names another patient', () => {
    expect(afterReading(born, { ...reading, patientId: 'p2' })?.patientId).toBe('p2');
  });
  test('proves that a device that said it dies lives', () => {
    expect(afterReading({ ...born, state: 'dead' }, reading)?.state).toBe('born');
  });
});
