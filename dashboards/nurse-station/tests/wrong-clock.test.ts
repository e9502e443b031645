/** A computer whose clock is wrong by hours, and is set while the station runs: every time and age on the page is the server's. */
import { expect, it } from 'vitest';
import { desaturation, eventually, visits } from './browser.ts';

const ward = visits(6, true);
const HOUR = 3_600_000;

/** `Date` is off by `globalThis.wrongByMs`. */
async function withWrongClock(wrongByMs: number): Promise<void> {
  await ward.page.addInitScript((ms) => {
    Object.assign(globalThis, { wrongByMs: ms });
    const wrongBy = (): number => (globalThis as unknown as { wrongByMs: number }).wrongByMs;
    const right = Date;
    globalThis.Date = new Proxy(right, {
      construct: (target, given: []) =>
        given.length === 0 ? new target(target.now() + wrongBy()) : new target(...given),
      get: (target, name) => (name === 'now' ? () => target.now() + wrongBy() : Reflect.get(target, name)),
    });
  }, wrongByMs);
}

const seconds = (clock: string | null): number => {
  const [h = 0, m = 0, s = 0] = (clock ?? '').split(':').map(Number);
  return h * 3600 + m * 60 + s;
};
/** Away from the hospital's time, in seconds, around midnight too. */
async function clockError(): Promise<number> {
  const format = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  const shown = seconds(await ward.page.locator('.clock').textContent());
  const off = Math.abs(shown - seconds(format.format(Date.now())));
  return Math.min(off, 86_400 - off);
}

it.each([-3 * HOUR, 5 * HOUR])('a clock that is wrong by %d ms', async (wrongByMs) => {
  await withWrongClock(wrongByMs);
  const onset = new Date(Date.now() - 60_000).toISOString();
  ward.fake.alerts.raise('P1003', { ...desaturation, onset, timestamp: onset });
  ward.fake.ward.silence('P1002', Date.now());
  await ward.open();
  const local = await ward.page.evaluate(() => Date.now());
  expect(Math.abs(local - Date.now() - wrongByMs)).toBeLessThan(60_000);

  expect(await clockError()).toBeLessThan(5);
  expect(await ward.tile('P1001').locator('.place-heartbeat').getAttribute('data-state')).toBe('fresh');
  expect(await ward.tile('P1001').locator('.place-heartbeat .age').textContent()).toBe('');
  // A minute, and as much sooner as the station may be wrong by.
  expect(await ward.tile('P1003').locator('.strip .elapsed').textContent()).toMatch(/ (0:5[5-9]|1:[0-2]\d)$/);
  // Dashes after ten seconds of silence, no sooner and no later, by a clock that knows nothing of the wrong one.
  await eventually(() => ward.tile('P1002').locator('.place-heartbeat').getAttribute('data-state')).toBe(
    'missing',
  );
  expect(await ward.tile('P1002').locator('.place-heartbeat .age').textContent()).toMatch(/^1\d s$/);

  await ward.page.evaluate(() => Object.assign(globalThis, { wrongByMs: 40 * 86_400_000 }));
  await ward.page.waitForTimeout(1200);
  expect(await clockError()).toBeLessThan(5);
  expect(await ward.page.locator('.connection').textContent()).toBe('Live');
  await ward.page.goto(`${ward.fake.url}/#/log`);
  const raised = await ward.page.locator('.log-line td').first().textContent();
  // With a date only where midnight has passed since.
  const isToday = new Date(onset).toDateString() === new Date().toDateString();
  expect(raised).toMatch(isToday ? /^\d\d:\d\d$/ : /^\d+ [A-Z][a-z]+ \d\d:\d\d$/);
});
