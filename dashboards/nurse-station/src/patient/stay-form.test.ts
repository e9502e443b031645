import { expect, it } from 'vitest';
import { admissionOf, changedPlace, stayProblem, withId } from './stay-form.ts';

const typed = {
  patient: 'P1 ',
  name: 'Ruiz, Ana',
  age: '0,5',
  region: 'West',
  ward: 'ICU',
  bed: '3',
  device: '',
};

it('says the first thing that is missing or no age', () => {
  expect(stayProblem(typed, true)).toBeUndefined();
  expect(stayProblem({ ...typed, bed: ' ' }, false)).toBe('The bed is missing.');
  expect(stayProblem({ ...typed, name: '' }, true)).toBe('The name is missing.');
  expect(stayProblem({ ...typed, name: '' }, false)).toBeUndefined();
  expect(stayProblem({ ...typed, patient: ' ' }, true)).toBe('The patient id is missing.');
  expect(stayProblem({ ...typed, age: '131' }, true)).toContain('0 to 130');
});

it('sends only what was changed, and frees a device that was taken out', () => {
  const before = { ...typed, device: 'MON-1' };
  expect(changedPlace(before, before)).toEqual({});
  expect(changedPlace(before, { ...before, bed: '4 ' })).toEqual({ bed: '4' });
  expect(changedPlace(before, typed)).toEqual({ device_id: null });
});

it('admits with an age in years, or none', () => {
  expect(admissionOf(typed)).toMatchObject({ patient_id: 'P1', age: 0.5, bed: '3', device_id: null });
  expect(admissionOf({ ...typed, age: '' }).age).toBeNull();
});

it('takes over who was here before, and nothing of one whose id it was on the way', () => {
  const of = (patient_id: string, name: string, age: number | null) => ({
    patient_id,
    name,
    age,
    region: 'West',
    ward: 'ICU',
    bed: '9',
    discharged_at: null,
  });
  const [ana, bo] = [of('P1', 'Ruiz, Ana', 61), of('P10', 'Bo', null)];
  const empty = { ...typed, patient: '', name: '', age: '', region: '', ward: '', bed: '' };
  const first = withId(empty, 'P1', undefined, ana);
  expect(first).toMatchObject({ name: 'Ruiz, Ana', age: '61', region: 'West', ward: 'ICU', bed: '' });
  expect(withId(first, 'P10', ana, bo)).toMatchObject({ patient: 'P10', name: 'Bo', age: '' });
  expect(withId(first, 'P11', ana, undefined)).toEqual({ ...empty, patient: 'P11' });
  const said = withId({ ...first, name: 'Ruiz, Anna' }, 'P11', ana, undefined);
  expect(said).toMatchObject({ name: 'Ruiz, Anna', age: '' });
});
