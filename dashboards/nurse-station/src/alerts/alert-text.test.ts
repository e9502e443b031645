import { expect, it } from 'vitest';
import { toAlert } from '../feed/frames.ts';
import { comparisonText, limitCrossed, numbersText, toneOfVital, typeText } from './alert-text.ts';

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

it('says of a trend by how much, which is no limit of the value', () => {
  const falling = alert('falling_blood_pressure_systolic', 82, 30);
  expect(typeText(falling.type)).toBe('BP falling');
  expect(numbersText(falling)).toBe('82 mmHg, by 30 or more');
  expect(comparisonText(falling)).toBe('82, by ≥ 30');
  expect(toneOfVital([falling], 'blood_pressure_systolic')).toEqual({ tone: 'medium', side: 'low' });
});

it('never says that a value has crossed the limit it equals', () => {
  expect(numbersText(alert('low_oxygen_saturation', 89.6, 90))).toBe('89.6 %, limit 90');
  expect(comparisonText(alert('low_oxygen_saturation', 82.2, 90))).toBe('82 < 90 %');
  expect(comparisonText(alert('high_temperature', 102.44, 102.2))).toBe('102.4 > 102.2 °F');
  expect(numbersText(alert('lead_off', null, null))).toBe('');
});
