import { expect, it } from 'vitest';
import { ShowPace } from './show-pace.ts';

it.each([
  { what: 'up to date: at once', ageMs: 30, sinceShownMs: 1, mayWait: false },
  { what: 'a backlog: with a later batch', ageMs: 2_000, sinceShownMs: 200, mayWait: true },
  { what: 'a backlog, not shown for a while: now', ageMs: 2_000, sinceShownMs: 250, mayWait: false },
  { what: 'a backlog of a minute: later', ageMs: 60_000, sinceShownMs: 5_900, mayWait: true },
  {
    what: 'a backlog of a minute, not shown for a tenth of that: now',
    ageMs: 60_000,
    sinceShownMs: 6_000,
    mayWait: false,
  },
  { what: 'a backlog of a day: every ten seconds', ageMs: 86_400_000, sinceShownMs: 10_000, mayWait: false },
])('$what', ({ ageMs, sinceShownMs, mayWait }) => {
  const pace = new ShowPace(250);
  expect(pace.mayWait(ageMs, 1_000)).toBe(false);
  pace.shown(1_000);
  expect(pace.mayWait(ageMs, 1_000 + sinceShownMs)).toBe(mayWait);
});
