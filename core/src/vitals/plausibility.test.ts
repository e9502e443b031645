import { describe, expect, it } from 'vitest';
import { PLAUSIBLE, implausible } from './plausibility.ts';
import { NO_MARKS, type Reading } from './reading.ts';
import { VITALS, noVitals, type VitalValues } from './vital.ts';

const reading = (vitals: Partial<VitalValues>): Reading => ({
  deviceId: 'D',
  patientId: 'P',
  region: 'West',
  bootId: 1,
  sequence: 1,
  measuredAtMs: 0,
  mode: 'real',
  vitals: { ...noVitals(), ...vitals },
  validity: NO_MARKS,
  supplementalOxygen: undefined,
  consciousness: 'unknown',
  batteryPercent: undefined,
});

describe('plausibility', () => {
  it.each(VITALS)('of %s holds at both edges and ends beyond them', (vital) => {
    const [min, max] = PLAUSIBLE[vital];
    expect(implausible(reading({ [vital]: min }))).toBeUndefined();
    expect(implausible(reading({ [vital]: max }))).toBeUndefined();
    expect(implausible(reading({ [vital]: min - 0.1 }))?.reason).toBe('implausible_value');
    expect(implausible(reading({ [vital]: max + 0.1 }))?.reason).toBe('implausible_value');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'never takes %d for a value',
    (value) => {
      expect(implausible(reading({ heartbeat: value }))?.reason).toBe('not_a_number');
    },
  );

  it('wants systolic at least as high as diastolic', () => {
    const pressure = (systolic: number, diastolic: number): Reading =>
      reading({ blood_pressure_systolic: systolic, blood_pressure_diastolic: diastolic });
    expect(implausible(pressure(80, 80))).toBeUndefined();
    expect(implausible(pressure(79, 80))?.detail).toBe('systolic 79 is below diastolic 80');
  });
});
