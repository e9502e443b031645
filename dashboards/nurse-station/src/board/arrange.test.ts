import { expect, it } from 'vitest';
import { toAlert, type AlertDocument } from '../feed/frames.ts';
import { arrange, EXPANDED_MAX, numbersShown } from './arrange.ts';

const alert = (change: Partial<AlertDocument> = {}) =>
  toAlert({
    id: 'a',
    patient_id: 'P',
    region: 'West',
    device_id: 'D',
    type: 'low_heartrate',
    priority: 'medium',
    status: 'pending',
    value: null,
    threshold: null,
    message: '',
    timestamp: '2026-01-01T00:00:00.000Z',
    ...change,
  });

it('expands what nobody has seen to, in the order of urgency, and nothing else', () => {
  const beds = [
    { id: 'calm', alerts: [] },
    { id: 'alarm', alerts: [alert()] },
    { id: 'seen', alerts: [alert({ status: 'acknowledged' })] },
    { id: 'device', alerts: [alert({ kind: 'technical', type: 'lead_off' })] },
    { id: 'latched', alerts: [alert({ ended_at: '2026-01-01T00:01:00.000Z' })] },
    { id: 'again', alerts: [alert({ status: 'acknowledged', reminded_at: '2026-01-01T00:01:00.000Z' })] },
  ];
  const order = ['latched', 'alarm', 'again', 'device', 'seen', 'calm'];
  expect(arrange(beds, order)).toEqual({
    expanded: ['latched', 'alarm', 'again'],
    quiet: ['device', 'seen', 'calm'],
  });
});

it('shows the number that alarms, whatever vital it is of', () => {
  const usual = ['heartbeat', 'oxygen_saturation', 'respiratory_rate'];
  expect(numbersShown([])).toEqual(usual);
  expect(numbersShown([alert({ type: 'early_warning_score' })])).toEqual(usual);
  expect(numbersShown([alert({ type: 'low_blood_pressure_systolic' })])).toEqual([
    'heartbeat',
    'oxygen_saturation',
    'blood_pressure_systolic',
  ]);
  expect(
    numbersShown([
      alert({ type: 'high_temperature' }),
      alert({ type: 'high_respiratory_rate' }),
      alert({ type: 'low_blood_pressure_diastolic' }),
    ]),
  ).toEqual(['respiratory_rate', 'blood_pressure_diastolic', 'temperature']);
});

it('loses no bed where more alarm than can be read', () => {
  const beds = Array.from({ length: 30 }, (_, i) => ({ id: `P${i}`, alerts: [alert()] }));
  const order = beds.map(({ id }) => id);
  const { expanded, quiet } = arrange(beds, order);
  expect(expanded).toHaveLength(EXPANDED_MAX);
  expect([...expanded, ...quiet]).toEqual(order);
});
