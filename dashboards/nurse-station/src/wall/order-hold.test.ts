import { expect, it } from 'vitest';
import { holdLeftMs, prolong, type OrderHold } from './order-hold.ts';

it('waits while the pointer moves, but six seconds at most', () => {
  let hold: OrderHold | undefined;
  expect(holdLeftMs(hold, 0)).toBe(0);
  hold = prolong(hold, 0);
  expect(holdLeftMs(hold, 500)).toBe(1000);
  for (let ms = 500; ms <= 7000; ms += 500) hold = prolong(hold, ms);
  expect(holdLeftMs(hold, 5900)).toBe(100);
  expect(holdLeftMs(hold, 7000)).toBe(0);
});

it('begins anew after a rest', () => {
  const hold = prolong(prolong(undefined, 0), 10_000);
  expect(hold).toEqual({ firstMs: 10_000, lastMs: 10_000 });
});
