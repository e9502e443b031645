import { expect, it } from 'vitest';
import { gatewaysAway, type GatewayDevice } from './gateway-rule.ts';

const at = (gateway: string | undefined, all: number, down: number, overdue = down): GatewayDevice[] =>
  Array.from({ length: all }, (_, i) => ({
    deviceId: `${gateway ?? 'none'} ${i}`,
    gateway,
    isDown: i < down,
    isOverdue: i < overdue,
  }));

it.each([
  ['all', at('G1', 4, 4), at('G2', 4, 0), true],
  ['three of four', at('G1', 4, 3), at('G2', 4, 0), true],
  ['two of three: each by itself', at('G1', 3, 2), at('G2', 4, 0), false],
  ['one of one: each by itself', at('G1', 1, 1), at('G2', 4, 0), false],
  ['two of two', at('G1', 2, 2), at('G2', 4, 0), true],
  ['all, within the grace', at('G1', 4, 4, 1), at('G2', 4, 0), false],
  ['all, as others', at('G1', 4, 4), at('G2', 4, 3), false],
  ['all, while half of the others are there', at('G1', 4, 4), at('G2', 4, 2), true],
  ['all, and there are no others', at('G1', 4, 4), [], false],
  ['all, while the others are at no gateway', at('G1', 4, 4), at(undefined, 2, 0), true],
  ['all, but nobody said at which gateway', at(undefined, 4, 4), at('G2', 4, 0), false],
])('begins: %s', (_what, own, others, away) => {
  expect([...gatewaysAway([...own, ...others], new Map()).keys()]).toEqual(away ? ['G1'] : []);
});

it.each([
  ['nobody has returned', 8, true],
  ['a quarter is still gone', 2, true],
  ['one is still gone', 1, false],
])('ends where they return elsewhere: %s', (_what, left, away) => {
  const first = gatewaysAway([...at('G1', 8, 8), ...at('G2', 4, 0)], new Map());
  const then = gatewaysAway([...at('G1', left, left), ...at('G2', 12 - left, 0)], first);
  expect(then.has('G1')).toBe(away);
});

it('ends where they return to it', () => {
  const first = gatewaysAway([...at('G1', 9, 9), ...at('G2', 4, 0)], new Map());
  expect(gatewaysAway([...at('G1', 9, 3), ...at('G2', 4, 0)], first).has('G1')).toBe(true);
  expect(gatewaysAway([...at('G1', 9, 2), ...at('G2', 4, 0)], first).has('G1')).toBe(false);
});
