import { describe, expect, test } from 'vitest';
import { clockCorrectionMs, type ClockOffset } from './event-time.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const TOLERANCE_MS = 60_000;
const AHEAD_MS = 24 * 60_000;
const MINUTE_MS = 60_000;

const known =
  (offsetMs: number | undefined): ClockOffset =>
  () =>
    offsetMs;

describe('the correction of a device time', () => {
  test.each<[string, number | undefined, number, boolean, number]>([
    ['an unknown clock is not corrected', undefined, AHEAD_MS, false, 0],
    ['a single outlier of a right clock is not corrected', -80, AHEAD_MS, false, 0],
    ['a clock within the tolerance is believed', TOLERANCE_MS, 2 * TOLERANCE_MS, false, 0],
    ['a clock ahead is set back', AHEAD_MS, AHEAD_MS - 500, false, -AHEAD_MS],
    ['a slow clock is set forward', -AHEAD_MS, -AHEAD_MS - 500, false, AHEAD_MS],
    ['a wrong clock that tells the right time was set', AHEAD_MS, -500, false, 0],
    ['backfill of a wrong clock is corrected whatever it says', AHEAD_MS, -500, true, -AHEAD_MS],
    ['whole milliseconds', AHEAD_MS + 0.4, AHEAD_MS + 10 * MINUTE_MS, false, -AHEAD_MS],
  ])('%s', (_, offsetMs, aheadMs, backfilled, correctionMs) => {
    const time = { measuredAtMs: NOW_MS + aheadMs, bootId: 1, backfilled };
    expect(clockCorrectionMs(time, NOW_MS, known(offsetMs), TOLERANCE_MS)).toBe(correctionMs);
  });
});
