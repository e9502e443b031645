import { expect, it } from 'vitest';
import { toAlert } from '../feed/frames.ts';
import { comparisonText, limitCrossed, numbersText, typeText } from './alert-text.ts';

const alert = (type: string, value: number | null, threshold: number | null) =>
  toAlert({
    id: 'a',
    patient_id: 'P',
    region: 'R',
    device_id: 'D',
    type,
    priority: 'medium',
    status: 'pending',
    value,
    threshold,
    message: '',
    timestamp: '2026-11-21T04:00:00.000Z',
  });

it('names types as a nurse does, and says even those it does not know', () => {
  expect(typeText('low_oxygen_saturation')).toBe('SpO₂ low');
  expect(typeText('high_heartrate')).toBe('HR high');
  expect(typeText('signal_lost')).toBe('No signal');
  expect(typeText('new_kind_of_alarm')).toBe('New kind of alarm');
  expect(limitCrossed('low_battery')).toBeUndefined();
});

it('never says that a value has crossed the limit it equals', () => {
  expect(numbersText(alert('low_oxygen_saturation', 89.6, 90))).toBe('89.6 %, limit 90');
  expect(comparisonText(alert('low_oxygen_saturation', 82.2, 90))).toBe('82 < 90 %');
  expect(comparisonText(alert('high_temperature', 102.44, 102.2))).toBe('102.4 > 102.2 °F');
  expect(numbersText(alert('lead_off', null, null))).toBe('');
});
