import { expect, test } from 'vitest';
import { Misuse } from './misuse.ts';

const BOUNDS = { misuseLimit: 3, misuseWindowMs: 1_000, misuseRefusalMs: 5_000, maxRememberedDevices: 2 };

test('so many within the window refuse the device for a while, and then it starts anew', () => {
  const misuse = new Misuse(BOUNDS);
  expect([0, 10, 20].map((atMs) => misuse.count('d', atMs))).toEqual([false, false, true]);
  expect(misuse.refuses('d', 5_019)).toBe(true);
  expect(misuse.refuses('other', 30)).toBe(false);
  expect(misuse.refuses('d', 5_020)).toBe(false);
  expect(misuse.count('d', 5_021)).toBe(false);
});

test('the window slides', () => {
  const misuse = new Misuse(BOUNDS);
  expect([0, 600, 1_100, 1_550].map((atMs) => misuse.count('d', atMs))).toEqual([false, false, false, true]);
});

test('the longest known is forgotten first', () => {
  const misuse = new Misuse(BOUNDS);
  for (const device of ['a', 'a', 'b', 'c']) misuse.count(device, 0);
  expect(misuse.count('a', 0)).toBe(false);
});
