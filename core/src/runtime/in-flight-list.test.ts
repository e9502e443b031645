import fc from 'fast-check';
import { expect, it } from 'vitest';
import { InFlightList } from './in-flight-list.ts';

const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ kind: 'push' as const }) },
  { weight: 5, arbitrary: fc.constant({ kind: 'head' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('take' as const), key: fc.nat(400) }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'all' as const }) },
);

it('holds what a map would, in the order of the pushes', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400, size: 'max' }), (steps) => {
      const list = new InFlightList<number, string>();
      const model = new Map<number, string>();
      for (const [i, one] of steps.entries()) {
        if (one.kind === 'push') {
          list.push(i, `value ${i}`);
          model.set(i, `value ${i}`);
        } else if (one.kind === 'all') {
          expect(list.takeAll()).toEqual([...model.keys()]);
          model.clear();
        } else {
          const key = one.kind === 'take' ? one.key : (model.keys().next().value ?? -1);
          expect(list.has(key)).toBe(model.has(key));
          expect(list.take(key)).toBe(model.get(key));
          expect(list.has(key)).toBe(false);
          model.delete(key);
        }
        expect(list.size).toBe(model.size);
        expect(list.first).toBe(model.values().next().value);
      }
    }),
  );
});

it('goes on for ever with a few under way', () => {
  const list = new InFlightList<number, number>();
  for (let key = 0; key < 10_000; key++) {
    list.push(key, key);
    if (key >= 100) expect(list.take(key - 100)).toBe(key - 100);
  }
  expect(list.takeAll()).toHaveLength(100);
});
