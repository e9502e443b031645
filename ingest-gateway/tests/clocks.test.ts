import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDevice, openWard, readingBytes, statusBytes, topicOf, valuesOf, type Ward } from './ward.ts';

const AHEAD_MS = 24 * 60_000;

let ward: Ward;
beforeEach(async () => {
  ward = await openWard();
});
afterEach(async () => {
  await ward.gateway.stop();
});

const corrections = (): (string | undefined)[] =>
  ward.log.of('vitals.readings').map(({ headers }) => headers['clock_correction_ms']);

describe('a device whose clock is 24 min ahead', () => {
  test('is corrected from its first reading on when its BORN said the time', async () => {
    const device = await openDevice(ward, 'd1');
    const status = statusBytes('d1', { bootId: 7, deviceTimeMs: Date.now() + AHEAD_MS });
    await device.publishAsync(topicOf('d1', 'status'), status, { qos: 1 });
    const bytes = readingBytes('d1', 1, { bootId: 7, measuredAtMs: Date.now() + AHEAD_MS });
    await device.publishAsync(topicOf('d1'), bytes, { qos: 1 });
    expect(ward.log.of('vitals.rejected')).toEqual([]);
    expect(valuesOf(ward.log.of('vitals.readings'))).toEqual([bytes.toString('hex')]);
    expect(Math.abs(Number(corrections()[0]) + AHEAD_MS)).toBeLessThan(2_000);
    expect(await ward.metric('clock_corrected_readings_total')).toBe(1);
    expect(await ward.metric('wrong_clock_devices')).toBe(1);
    await device.endAsync();
  });

  test('is rejected while nothing is known of its clock', async () => {
    const device = await openDevice(ward, 'd1');
    const bytes = readingBytes('d1', 1, { measuredAtMs: Date.now() + AHEAD_MS });
    await device.publishAsync(topicOf('d1'), bytes, { qos: 1 });
    expect(ward.log.of('vitals.rejected').map(({ headers }) => headers['reason'])).toEqual([
      'future_timestamp',
    ]);
    await device.endAsync();
  });
});

test('one reading from the future of a device whose clock is right is rejected', async () => {
  const device = await openDevice(ward, 'd1');
  const status = statusBytes('d1', { bootId: 7, deviceTimeMs: Date.now() });
  await device.publishAsync(topicOf('d1', 'status'), status, { qos: 1 });
  const outlier = readingBytes('d1', 1, { bootId: 7, measuredAtMs: Date.now() + AHEAD_MS });
  await device.publishAsync(topicOf('d1'), outlier, { qos: 1 });
  await device.publishAsync(topicOf('d1'), readingBytes('d1', 2, { bootId: 7, measuredAtMs: Date.now() }), {
    qos: 1,
  });
  expect(ward.log.of('vitals.rejected')).toHaveLength(1);
  expect(corrections()).toEqual([undefined]);
  await device.endAsync();
});
