import { describe, expect, it } from 'vitest';
import type { Validity, Vitals } from '../feed/patient.ts';
import { DASHES, shownPressure, shownVital } from './vital-reading.ts';

const NOW = 1_000_000_000;
const vital = (value: number, ageMs: number, validity: Validity = 'valid') => ({
  value,
  measuredAtMs: NOW - ageMs,
  validity,
});

describe('shownVital', () => {
  const heartbeat = (ageMs: number, validity: Validity = 'valid') =>
    shownVital({ heartbeat: vital(71.6, ageMs, validity) }, 'heartbeat', NOW);

  it('is a plain number while fresh, says its age soon, and is dashes after ten seconds', () => {
    expect(heartbeat(900)).toEqual({ text: '72', mark: '', age: '', state: 'fresh' });
    expect(heartbeat(4000)).toMatchObject({ text: '72', age: '4 s' });
    expect(heartbeat(10_000)).toMatchObject({ text: '72' });
    expect(heartbeat(10_001)).toMatchObject({ text: DASHES, age: '10 s', state: 'missing' });
  });

  it('is dashes for what was never measured', () => {
    expect(shownVital({}, 'heartbeat', NOW)).toMatchObject({ text: DASHES, age: '' });
  });

  it('marks a doubt, strikes an artefact and says that a lead is off', () => {
    expect(heartbeat(0, 'questionable')).toMatchObject({ text: '72', mark: '?', state: 'questionable' });
    expect(heartbeat(0, 'invalid')).toMatchObject({ text: '72', mark: 'artefact', state: 'invalid' });
    expect(heartbeat(0, 'not_available')).toMatchObject({ text: DASHES, mark: 'lead off' });
  });

  it('keeps a temperature for four hours, with its age', () => {
    const at = (ageMs: number) => shownVital({ temperature: vital(98.6, ageMs) }, 'temperature', NOW);
    expect(at(3 * 3_600_000)).toMatchObject({ text: '98.6', age: '3 h' });
    expect(at(4 * 3_600_000 + 1)).toMatchObject({ text: DASHES, age: '4 h' });
  });

  it('takes a measurement from the future as one of now', () => {
    expect(heartbeat(-3000)).toMatchObject({ text: '72', age: '' });
  });
});

describe('shownPressure', () => {
  it('is both numbers, and a dash for the one that is missing', () => {
    const both: Vitals = {
      blood_pressure_systolic: vital(120, 720_000),
      blood_pressure_diastolic: vital(80, 720_000),
    };
    expect(shownPressure(both, NOW)).toMatchObject({ text: '120/80', age: '12 min' });
    const { blood_pressure_systolic: systolic } = both;
    expect(shownPressure(systolic ? { blood_pressure_systolic: systolic } : {}, NOW).text).toBe('120/–');
    expect(shownPressure({}, NOW).text).toBe(DASHES);
  });
});
