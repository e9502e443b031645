import { expect, it } from 'vitest';
import { toAlert, type AlertDocument } from './frames.ts';
import { byUrgency } from './urgency.ts';

function alert(id: string, change: Partial<AlertDocument>) {
  return toAlert({
    id,
    patient_id: 'P1',
    region: 'R',
    device_id: 'D',
    type: 'low_heartrate',
    kind: 'physiological',
    priority: 'medium',
    status: 'pending',
    value: null,
    threshold: null,
    message: '',
    timestamp: '2026-11-21T04:00:00.000Z',
    ...change,
  });
}

it('puts the patient nobody has seen first, and a low battery after what is being treated', () => {
  const ended = '2026-11-21T04:01:00.000Z';
  const inOrder = [
    alert('critical', { priority: 'critical' }),
    alert('high', { priority: 'high' }),
    alert('high, latched', { priority: 'high', ended_at: ended }),
    alert('medium', {}),
    alert('medium, score', { type: 'early_warning_score', timestamp: '2026-11-21T04:05:00.000Z' }),
    alert('device offline', { kind: 'technical', type: 'device_offline', priority: 'medium' }),
    alert('seen, critical', { priority: 'critical', status: 'acknowledged' }),
    alert('battery', { kind: 'technical', type: 'battery_low', priority: 'low' }),
    alert('seen, offline', { kind: 'technical', priority: 'medium', status: 'acknowledged' }),
  ];
  expect(
    inOrder
      .toReversed()
      .sort(byUrgency)
      .map(({ id }) => id),
  ).toEqual(inOrder.map(({ id }) => id));
});
