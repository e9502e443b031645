import { describe, expect, it } from 'vitest';
import { matches, orderOf } from './order.ts';

describe('orderOf', () => {
  it('is by urgency, then by bed as people count, beds without a name last', () => {
    const beds = [
      { id: 'a', bed: '10', urgency: 0 },
      { id: 'b', bed: undefined, urgency: 0 },
      { id: 'c', bed: '9', urgency: 0 },
      { id: 'd', bed: '11', urgency: 541 },
      { id: 'e', bed: '2', urgency: 0 },
    ];
    expect(orderOf(beds)).toEqual(['d', 'e', 'c', 'a', 'b']);
  });
});

describe('matches', () => {
  const patient = {
    patientId: 'P1001',
    region: 'Northeast',
    name: 'Ruiz, Ana',
    bed: '12',
    ward: 'Cardiology 4A',
  };

  it('finds by any words of bed, name, ward and id', () => {
    expect(matches(patient, { region: '', text: 'ana 4a' })).toBe(true);
    expect(matches(patient, { region: 'Northeast', text: '1001' })).toBe(true);
    expect(matches(patient, { region: '', text: 'ana 5b' })).toBe(false);
    expect(matches(patient, { region: 'Southwest', text: '' })).toBe(false);
  });

  it('hides nobody whose region is unknown', () => {
    expect(matches({ ...patient, region: '' }, { region: 'Southwest', text: '' })).toBe(true);
  });
});
