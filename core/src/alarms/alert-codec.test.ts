import { expect, test } from 'vitest';
import { alertDocument, decodeAlertEvent, encodeAlertEvent, fromAlertDocument } from './alert-codec.ts';
import type { Alert, AlertEvent } from './alert.ts';

const alert: Alert = {
  id: 'c1',
  version: 3,
  patientId: 'P1',
  region: 'West',
  deviceId: 'D1',
  type: 'low_oxygen_saturation',
  kind: 'physiological',
  priority: 'critical',
  status: 'acknowledged',
  value: 79,
  threshold: 80,
  message: 'SpO₂ 79 % below 80 for 5 s',
  mode: 'real',
  onsetMs: Date.UTC(2026, 0, 1, 10, 0, 0, 1),
  raisedAtMs: Date.UTC(2026, 0, 1, 10, 0, 5, 2),
  endedAtMs: undefined,
  late: false,
  historical: false,
  acknowledgedBy: 'Ann',
  acknowledgedAtMs: Date.UTC(2026, 0, 1, 10, 1),
  resolvedBy: undefined,
  resolvedAtMs: undefined,
  escalationStep: 1,
  silence: undefined,
  signalDueMs: undefined,
  remindedAtMs: undefined,
  reminderDueMs: undefined,
  escalationDueMs: undefined,
  conditionId: 'c2',
  conditionRevision: 2,
  settingsVersion: 'v',
  limitsRevision: 2,
};

test('an alert survives the way to JSON and back', () => {
  expect(fromAlertDocument(alertDocument(alert))).toEqual(alert);
  const closed: Alert = { ...alert, value: undefined, endedAtMs: 5, resolvedBy: 'system', resolvedAtMs: 6 };
  expect(fromAlertDocument(alertDocument(closed))).toEqual(closed);
  const late: Alert = { ...alert, late: true };
  expect(fromAlertDocument(alertDocument(late))).toEqual(late);
  const timed: Alert = { ...alert, remindedAtMs: 1, reminderDueMs: 2, escalationDueMs: 3 };
  expect(fromAlertDocument(alertDocument(timed))).toEqual(timed);
});

test.each([
  ['pending', {}, 'on'],
  ['pending', { endedAtMs: 5 }, 'latched'],
  ['pending', { silence: 'delayed', signalDueMs: 9 }, 'delayed'],
  ['pending', { silence: 'paused', signalDueMs: 9 }, 'paused'],
  ['pending', { silence: 'inhibited' }, 'inhibited'],
  ['acknowledged', {}, 'acknowledged'],
  ['acknowledged', { remindedAtMs: 9 }, 'on'],
  ['resolved', { endedAtMs: 5 }, 'off'],
] as const)('%s with %o signals %s', (status, changes, signal) => {
  const signalled: Alert = { ...alert, status, ...changes };
  expect(alertDocument(signalled).signal).toBe(signal);
  expect(fromAlertDocument(alertDocument(signalled))).toEqual(signalled);
});

test('a record from before there were timers and late alerts is read', () => {
  const {
    signal: _,
    signal_due: _1,
    reminded_at: _2,
    late: _3,
    historical: _4,
    ...before
  } = alertDocument(alert);
  const event = { event_id: 'c1:3', event: 'updated', actor: 'Ann', at: before.timestamp, reason: null };
  expect(decodeAlertEvent(Buffer.from(JSON.stringify({ ...event, alert: before }))).alert).toEqual(alert);
});

test('an event names itself by alert and version, and survives its record', () => {
  const event: AlertEvent = { event: 'acknowledged', actor: 'Ann', atMs: 7, reason: undefined, alert };
  const bytes = encodeAlertEvent(event);
  expect(JSON.parse(Buffer.from(bytes).toString())).toMatchObject({
    event_id: 'c1:3',
    alert: { timestamp: '2026-01-01T10:00:05.002Z', resolved_at: null, ended_at: null },
  });
  expect(decodeAlertEvent(bytes)).toEqual(event);
  expect(() => decodeAlertEvent(Buffer.from('{"event":"raised"}'))).toThrow();
});
