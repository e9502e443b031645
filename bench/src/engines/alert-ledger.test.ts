import { describe, expect, it } from 'vitest';
import { AlertLedger, type ExpectedAlert } from './alert-ledger.ts';

const expected = (onsetMs: number): ExpectedAlert => ({
  patientId: 'B1',
  onsetMs,
  measuredAtMs: onsetMs + 2_000,
  dueMs: onsetMs,
  isWarm: true,
});

describe('the ledger of alerts', () => {
  it('still awaits the one that never came when the next of the patient is seen', () => {
    const ledger = new AlertLedger();
    ledger.expect(expected(1_000));
    ledger.expect(expected(13_000));
    expect(ledger.see('B1', 13_000)).toEqual(expected(13_000));
    expect(ledger.awaited).toEqual([expected(1_000)]);
  });

  it('takes an alert once, and none that nobody awaits', () => {
    const ledger = new AlertLedger();
    ledger.expect(expected(1_000));
    expect(ledger.see('B2', 1_000)).toBeUndefined();
    expect(ledger.see('B1', 1_000)).toEqual(expected(1_000));
    expect(ledger.see('B1', 1_000)).toBeUndefined();
    expect(ledger.awaited).toEqual([]);
  });
});
