import { expect, it } from 'vitest';
import { liveSpan, selected, shifted, zoomed } from './range.ts';

const HOUR = 3_600_000;
const NOW = 100 * HOUR;

it('stays live when zoomed, and leaves now when moved back', () => {
  expect(zoomed(liveSpan(HOUR, NOW), 0.5, NOW)).toEqual({ fromMs: NOW - HOUR / 2, toMs: NOW, live: true });
  const earlier = shifted(liveSpan(HOUR, NOW), -0.5, NOW);
  expect(earlier).toEqual({ fromMs: NOW - 1.5 * HOUR, toMs: NOW - 0.5 * HOUR, live: false });
  expect(shifted(earlier, 0.5, NOW)).toEqual(liveSpan(HOUR, NOW));
});

it('looks no closer than a minute and no further than the record goes', () => {
  const span = selected(NOW - HOUR, NOW - HOUR + 10, NOW);
  expect(span.toMs - span.fromMs).toBe(60_000);
  const year = zoomed(liveSpan(8000 * HOUR, NOW), 2, NOW);
  expect(year.toMs - year.fromMs).toBe(364 * 24 * HOUR);
});
