import { describe, expect, it } from 'vitest';
import { acknowledged, raised, resolved, sampleAlert } from '../../testing/contracts/alert-samples.ts';
import { fromFields, fromPairs, toFields } from './alert-fields.ts';

describe('an alert as a hash', () => {
  const fresh = raised(
    sampleAlert('A1', 'Northeast', 'P1', { value: undefined, message: 'Zoë: "off"' }),
  ).alert;

  it('comes out as it went in', () => {
    for (const alert of [fresh, acknowledged(fresh).alert, resolved(fresh).alert]) {
      expect(fromPairs(toFields(alert))).toEqual(alert);
    }
  });

  it('has no field where there is nothing', () => {
    expect(toFields(fresh)).not.toContain('value');
    expect(toFields(fresh)).not.toContain('acknowledged_by');
  });

  it('is none where there is no hash, and keeps what else a hash holds out', () => {
    expect(fromFields({})).toBeUndefined();
    expect(fromPairs([...toFields(fresh), 'commit_token', 'x'])).toEqual(fresh);
  });
});
