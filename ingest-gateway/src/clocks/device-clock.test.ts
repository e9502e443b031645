import { describe, expect, test } from 'vitest';
import { DeviceClocks } from './device-clocks.ts';
import {
  BOOTS_KEPT,
  NEW_CLOCK,
  SAMPLES,
  afterBorn,
  afterReading,
  offsetOf,
  type DeviceClock,
} from './device-clock.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const AHEAD_MS = 24 * 60_000;

/** Readings every `everyMs`, each as far from its arrival as `differences` says. */
function heard(differences: readonly number[], everyMs = 1_000, clock: DeviceClock = NEW_CLOCK): DeviceClock {
  return differences.reduce((known, difference, index) => {
    const arrivalMs = NOW_MS + index * everyMs;
    return afterReading(known, 1, arrivalMs + difference, arrivalMs);
  }, clock);
}

const same = (difference: number, count = SAMPLES): number[] =>
  Array.from({ length: count }, () => difference);

describe('the offset of a clock', () => {
  test('is known at once from BORN', () => {
    const clock = afterBorn(NEW_CLOCK, 1, NOW_MS + AHEAD_MS, NOW_MS);
    expect(offsetOf(clock, 1)).toBe(AHEAD_MS);
    expect(offsetOf(clock, 2)).toBeUndefined();
  });

  test('is not known from a BORN without a time', () => {
    expect(offsetOf(afterBorn(NEW_CLOCK, 1, 0, NOW_MS), 1)).toBeUndefined();
  });

  test('takes several readings that agree', () => {
    expect(offsetOf(heard(same(AHEAD_MS, SAMPLES - 1)), 1)).toBeUndefined();
    expect(offsetOf(heard(same(AHEAD_MS)), 1)).toBe(AHEAD_MS);
    expect(offsetOf(heard(same(-AHEAD_MS)), 1)).toBe(-AHEAD_MS);
  });

  test('is their median', () => {
    expect(offsetOf(heard([-100, -900, -200, -150, -120]), 1)).toBe(-150);
  });

  test('is not learned from readings that were held back and come at once', () => {
    expect(offsetOf(heard([-9_000, -8_000, -7_000, -6_000, -5_000], 0), 1)).toBeUndefined();
    expect(offsetOf(heard(same(-300_000), 10), 1)).toBeUndefined();
  });

  test('is not changed by an outlier', () => {
    const clock = heard([...same(-50), AHEAD_MS, -50, -50]);
    expect(offsetOf(clock, 1)).toBe(-50);
  });

  test('does not tremble with the network', () => {
    const known = afterBorn(NEW_CLOCK, 1, NOW_MS + AHEAD_MS, NOW_MS);
    expect(offsetOf(heard(same(AHEAD_MS - 400), 1_000, known), 1)).toBe(AHEAD_MS);
  });

  test('is as it is, and costs nothing, while readings agree with it', () => {
    const known = afterBorn(NEW_CLOCK, 1, NOW_MS + AHEAD_MS, NOW_MS);
    expect(heard([AHEAD_MS, AHEAD_MS - 400, AHEAD_MS + 900], 1_000, known)).toBe(known);
    expect(heard([0, 0, 0, AHEAD_MS], 1_000, known)).toEqual(known);
  });

  test('is learned again when the clock was set', () => {
    const known = heard(same(AHEAD_MS));
    expect(offsetOf(heard(same(0, SAMPLES - 1), 1_000, known), 1)).toBe(AHEAD_MS);
    expect(offsetOf(heard(same(0), 1_000, known), 1)).toBe(0);
  });

  test('is kept for the boots before, which backfill is from, and not for ever', () => {
    let clock = afterBorn(NEW_CLOCK, 1, NOW_MS + AHEAD_MS, NOW_MS);
    for (let boot = 2; boot <= BOOTS_KEPT; boot++) clock = afterBorn(clock, boot, NOW_MS, NOW_MS);
    expect(offsetOf(clock, 1)).toBe(AHEAD_MS);
    expect(offsetOf(afterBorn(clock, BOOTS_KEPT + 1, NOW_MS, NOW_MS), 1)).toBeUndefined();
  });
});

describe('the clocks of all devices', () => {
  const born = (deviceId: string, state: 'born' | 'dead' = 'born') => ({
    deviceId,
    patientId: 'p1',
    region: 'West',
    bootId: 1,
    state,
    deviceTimeMs: NOW_MS + AHEAD_MS,
    model: '',
    firmware: '',
    batteryPercent: undefined,
  });

  test('take no time from a DEAD, which was written long ago', () => {
    const clocks = new DeviceClocks(10);
    clocks.status(born('d1', 'dead'), NOW_MS);
    expect(clocks.offsetsOf('d1')(1)).toBeUndefined();
  });

  test('count those that are wrong, and forget the device unheard of for the longest', () => {
    const clocks = new DeviceClocks(2);
    for (const deviceId of ['d1', 'd2', 'd1', 'd3']) clocks.status(born(deviceId), NOW_MS);
    expect(clocks.countWrong(60_000)).toBe(2);
    expect(clocks.offsetsOf('d2')(1)).toBeUndefined();
    expect(clocks.offsetsOf('d1')(1)).toBe(AHEAD_MS);
  });
});
