import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromIso, toIso } from './iso-time.ts';

it('writes moments one way, however they were read', () => {
  expect(fromIso('2026-01-01T01:00:00+01:00')).toBe(Date.UTC(2026, 0, 1));
  expect(toIso(Date.UTC(2026, 0, 1))).toBe('2026-01-01T00:00:00.000Z');
  expect(toIso(Date.UTC(2026, 0, 1))).toBe('2026-01-01T00:00:00.000Z');
  expect(toIso(Date.UTC(2026, 0, 1) + 1)).toBe('2026-01-01T00:00:00.001Z');
});

it('reads what it has read and what it has not, and refuses what is no moment each time', () => {
  expect(fromIso('2026-01-01T00:00:00.005Z')).toBe(Date.UTC(2026, 0, 1) + 5);
  expect(fromIso('2026-01-01T00:00:00.005Z')).toBe(Date.UTC(2026, 0, 1) + 5);
  for (let i = 0; i < 2; i++) expect(() => fromIso('yesterday')).toThrow(RangeError);
  expect(() => toIso(NaN)).toThrow(RangeError);
});

it('writes every moment as a date does, whichever came before', () => {
  const near = fc.integer({ min: -5_000, max: 5_000 });
  const any = fc.oneof(
    near,
    fc.integer({ min: -8.64e15, max: 8.64e15 }),
    fc.double({ min: -9e9, max: 9e9, noNaN: true }),
  );
  fc.assert(
    fc.property(fc.array(any), (moments) => {
      for (const ms of moments) expect(toIso(ms)).toBe(new Date(ms).toISOString());
    }),
  );
});
