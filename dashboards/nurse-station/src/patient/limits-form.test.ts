import { describe, expect, it } from 'vitest';
import type { Limits } from '../feed/patient.ts';
import { changedLimits, problemsOf, refusalOf } from './limits-form.ts';

const limits: Limits = {
  heartbeat: {
    low: [
      { priority: 'medium', limit: 50 },
      { priority: 'critical', limit: 40 },
    ],
    high: [{ priority: 'medium', limit: 120 }],
  },
  oxygen_saturation: { low: [{ priority: 'medium', limit: 90 }], high: [] },
};

describe('changedLimits', () => {
  it('sends the side that changed, with its worse tiers, and nothing else', () => {
    expect(
      changedLimits(limits, { 'heartbeat low': '55', 'heartbeat high': '120', 'oxygen_saturation low': '' }),
    ).toEqual({
      heartbeat: {
        low: [
          { priority: 'medium', limit: 55 },
          { priority: 'critical', limit: 40 },
        ],
      },
    });
  });

  it('takes a decimal comma', () => {
    expect(changedLimits(limits, { 'oxygen_saturation low': '88,5' }).oxygen_saturation?.low[0]?.limit).toBe(
      88.5,
    );
  });
});

describe('problemsOf', () => {
  it.each([
    [{ 'heartbeat low': 'x' }, { 'heartbeat low': 'Not a number' }],
    [{ 'heartbeat low': '130' }, { 'heartbeat low': 'Must be below the high limit' }],
    [{ 'heartbeat high': '400' }, { 'heartbeat high': '0 to 350' }],
    [{ 'heartbeat low': '130', 'heartbeat high': '140' }, {}],
  ])('%j', (typed, fields) => {
    expect(problemsOf(limits, typed).fields).toEqual(fields);
  });
});

it('puts the refusal of the engine to the fields it speaks of', () => {
  expect(
    refusalOf(
      'oxygen_saturation low: 82 is outside 85..95; heartbeat: low 90 is not below high 80; store away',
    ),
  ).toEqual({
    fields: { 'oxygen_saturation low': 'Allowed: 85 to 95' },
    others: ['HR: low 90 is not below high 80', 'store away'],
  });
});
