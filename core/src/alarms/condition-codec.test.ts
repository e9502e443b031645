import { expect, test } from 'vitest';
import { decodeCondition, encodeCondition } from './condition-codec.ts';
import type { ConditionEvent } from './condition.ts';

const event: ConditionEvent = {
  id: 'c1',
  revision: 2,
  event: 'ended',
  patientId: 'P1',
  region: 'West',
  deviceId: 'D1',
  type: 'falling_blood_pressure_systolic',
  priority: 'medium',
  value: undefined,
  threshold: 30,
  onsetMs: Date.UTC(2026, 0, 1, 10),
  atMs: Date.UTC(2026, 0, 1, 11),
  mode: 'demo',
  settingsVersion: 'v',
  limitsRevision: 3,
  reason: 'discharged',
};

test('a condition survives the way to its record and back', () => {
  expect(decodeCondition(encodeCondition(event))).toEqual(event);
});

test('one that was found late says when it had begun', () => {
  const found: ConditionEvent = { ...event, historical: { beganAtMs: Date.UTC(2026, 0, 1, 10, 0, 15) } };
  expect(decodeCondition(encodeCondition(found))).toEqual(found);
  expect(JSON.parse(Buffer.from(encodeCondition(found)).toString())).toMatchObject({
    historical: true,
    began_at: '2026-01-01T10:00:15.000Z',
  });
});

test('one of before limits had revisions and ends had reasons is read as it is', () => {
  const { limitsRevision: _, reason: __, ...before } = event;
  const bytes = encodeCondition(before);
  expect(Buffer.from(bytes).toString()).not.toMatch(/limits_revision|reason/);
  expect(decodeCondition(bytes)).toEqual({ ...before, limitsRevision: undefined, reason: undefined });
});
