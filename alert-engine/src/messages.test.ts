import { expect, it } from 'vitest';
import { sampleCondition } from '../tests/samples.ts';
import { conditionMessage } from './messages.ts';

const at = (seconds: number) => ({ onsetMs: 1_000_000, atMs: 1_000_000 + seconds * 1000 });

it.each([
  [{ ...at(15) }, 'SpO₂ 84 % below 90 for 15 s'],
  [{ ...at(5), value: 89.96 }, 'SpO₂ 90.0 % below 90 for 5 s'],
  [
    { ...at(0), type: 'high_blood_pressure_systolic', value: 184, threshold: 180 } as const,
    'Systolic pressure 184 mmHg above 180',
  ],
  [
    { ...at(0), type: 'low_blood_pressure_diastolic', value: 44.4, threshold: 50 } as const,
    'Diastolic pressure 44 mmHg below 50',
  ],
  [
    { ...at(10), type: 'high_heartrate', value: 131.2, threshold: 120 } as const,
    'Heart rate 131/min above 120 for 10 s',
  ],
  [
    { ...at(600), type: 'low_respiratory_rate', value: 6, threshold: 8 } as const,
    'Respiratory rate 6/min below 8 for 10 min',
  ],
  [
    { ...at(10), type: 'high_temperature', value: 102.54, threshold: 102.2 } as const,
    'Temperature 102.5 °F above 102.2 for 10 s',
  ],
  [
    { ...at(0), type: 'falling_blood_pressure_systolic', value: 82.4, threshold: 30 } as const,
    'Systolic pressure 82 mmHg, has fallen by 30 or more',
  ],
  [
    { ...at(0), type: 'rising_heartrate', value: undefined, threshold: undefined } as const,
    'Heart rate, has risen',
  ],
  [
    { ...at(30), type: 'signal_lost', value: undefined, threshold: undefined } as const,
    'No readings from the bedside device for 30 s',
  ],
  [{ ...at(0), type: 'early_warning_score', value: 7, threshold: 7 } as const, 'Early warning score 7'],
  [
    { ...at(0), type: 'invented_later' as 'lead_off', value: undefined, threshold: undefined },
    'Invented later',
  ],
])('%j reads "%s"', (changes, message) => {
  expect(conditionMessage(sampleCondition(changes))).toBe(message);
});
