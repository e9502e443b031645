import { expect, it } from 'vitest';
import { regionsAway } from './area-rule.ts';

const region = (name: string, all: number, down: number) =>
  Array.from({ length: all }, (_, i) => ({ region: name, down: i < down }));

it.each([
  ['one of many', 20, 1, false, false],
  ['four of four: each by itself', 4, 4, false, false],
  ['five of five', 5, 5, false, true],
  ['just under half', 11, 5, false, false],
  ['half', 10, 5, false, true],
  ['a third, having been away', 12, 4, true, true],
  ['a quarter, having been away', 12, 3, true, true],
  ['less than a quarter', 13, 3, true, false],
  ['none', 10, 0, true, false],
])('%s', (_what, all, down, before, away) => {
  const devices = [...region('West', all, down), ...region('Midwest', 10, 0)];
  expect([...regionsAway(devices, new Set(before ? ['West'] : []))]).toEqual(away ? ['West'] : []);
});

it('a region without devices is not away', () => {
  expect(regionsAway([], new Set(['West']))).toEqual(new Set());
});
