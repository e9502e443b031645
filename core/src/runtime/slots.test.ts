import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Slots } from './slots.ts';

it('keeps each value until it is taken, once', () => {
  const steps = fc.array(fc.oneof(fc.constant('put' as const), fc.nat(40)), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (all) => {
      const slots = new Slots<string>();
      const kept = new Map<number, string>();
      for (const [i, step] of all.entries()) {
        if (step === 'put') {
          const place = slots.put(`value ${i}`);
          expect(kept.has(place)).toBe(false);
          kept.set(place, `value ${i}`);
        } else {
          expect(slots.take(step)).toBe(kept.get(step));
          kept.delete(step);
        }
      }
      expect(slots.takeAll().toSorted()).toEqual([...kept.values()].toSorted());
      expect(slots.takeAll()).toEqual([]);
    }),
  );
});

it('uses a place again', () => {
  const slots = new Slots<string>();
  for (let i = 0; i < 1_000; i++) expect(slots.take(slots.put('value'))).toBe('value');
  expect(slots.put('last')).toBe(0);
});
