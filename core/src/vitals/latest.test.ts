import { expect, it } from 'vitest';
import { unpackLatest } from '../testing/unpack-latest.ts';
import { copyLatest, packLatest } from './latest.ts';

const AT = 1_700_000_000_123;

it('holds what was measured, and nothing else', () => {
  const measured = {
    heartbeat: { value: 72.5, measuredAtMs: AT, validity: 'valid' },
    temperature: { value: 0, measuredAtMs: AT - 5_000, validity: 'not_available' },
    respiratory_rate: { value: 16, measuredAtMs: AT - 1, validity: 'questionable' },
  } as const;
  expect(unpackLatest(packLatest(measured))).toStrictEqual(measured);
  expect(unpackLatest(packLatest({}))).toStrictEqual({});
});

it('is copied from among other numbers, and does not change with them', () => {
  const latest = packLatest({ oxygen_saturation: { value: 97, measuredAtMs: AT, validity: 'invalid' } });
  const cells = new Float64Array(100).fill(5);
  cells.set(latest, 7);
  const copied = copyLatest(cells, 7);
  cells.fill(6);
  expect(copied).toEqual(latest);
});
