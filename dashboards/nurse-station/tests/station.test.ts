/** The wall, the feed and a patient's page in a browser: what a nurse sees when things go well, and when they do not. */
import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { desaturation, eventually, visits } from './browser.ts';
import { fakeToken } from './fake-server.ts';

const ward = visits(20);
const banner = (): Locator => ward.page.locator('.unwatched');
const title = (): Promise<string> => ward.page.title();

describe('wall', () => {
  it('shows sixty beds in sight, their numbers moving, and keeps the token out of the address', async () => {
    await ward.withBeds(60);
    await ward.page.setViewportSize({ width: 1920, height: 1080 });
    await ward.open();
    expect(ward.page.url()).toBe(`${ward.fake.url}/`);
    await eventually(() => ward.page.locator('.tile[data-patient]').count()).toBe(60);
    const last = await ward.tile('P1060').boundingBox();
    expect((last?.y ?? 0) + (last?.height ?? 0)).toBeLessThan(1080);
    const numbers = (): Promise<string[]> => ward.page.locator('.place-heartbeat .value').allTextContents();
    const before = await numbers();
    await eventually(numbers).not.toEqual(before);
    expect(await ward.tile('P1001').locator('.name').textContent()).toBe('Ruiz, Ana');
  });

  it('cuts nothing off its header, the connection least of all, on any screen', async () => {
    await ward.open();
    for (const width of [390, 1310, 1510, 1830, 2560]) {
      await ward.page.setViewportSize({ width, height: 600 });
      const right = await ward.page
        .locator('.bar .connection, .bar .sound, .bar .sound-off, .bar .clock, .bar .who')
        .evaluateAll((parts) => Math.max(...parts.map((part) => part.getBoundingClientRect().right)));
      expect(right, `${width} wide`).toBeLessThanOrEqual(width);
    }
  });

  it('brings an alert to the front, says it, and lets it be acknowledged in place', async () => {
    await ward.open();
    ward.fake.alerts.raise('P1017', desaturation);
    await eventually(() => ward.page.locator('.tile').first().getAttribute('data-patient')).toBe('P1017');
    await eventually(() => ward.page.locator('[role=alert]').allTextContents()).toContain(
      'Critical: Bed 17, SpO₂ low, 78 %, limit 80.',
    );
    expect(await ward.tile('P1017').locator('.strip').textContent()).toContain('SpO₂ low');
    expect(await title()).toContain('(1)');
    await ward.tile('P1017').getByRole('button').click();
    await eventually(() => ward.tile('P1017').locator('.strip').textContent()).toContain('✓ Ana Ruiz');
    expect(await ward.tile('P1017').getByRole('button').count()).toBe(0);
    await eventually(title).not.toContain('(1)');
  });

  it('keeps an ended alert until it is acknowledged', async () => {
    await ward.open();
    const alert = ward.fake.alerts.raise('P1009', { type: 'low_heartrate', priority: 'high' });
    ward.fake.alerts.end(alert.id);
    await eventually(() => ward.tile('P1009').getAttribute('data-state')).toBe('latched');
    await ward.tile('P1009').getByRole('button').click();
    await eventually(() => ward.tile('P1009').getAttribute('data-state')).toBe(null);
  });

  it('says on the tile that an acknowledgement failed, and tries again', async () => {
    await ward.open();
    ward.fake.alerts.raise('P1017', desaturation);
    ward.fake.failAcknowledge(503);
    await ward.tile('P1017').getByRole('button').click();
    await eventually(() => ward.tile('P1017').locator('.action-error').textContent()).toBe(
      'Not acknowledged: The alert store does not answer.',
    );
    ward.fake.failAcknowledge(undefined);
    await ward.tile('P1017').getByRole('button', { name: 'Acknowledge' }).click();
    await eventually(() => ward.tile('P1017').getAttribute('data-state')).toBe('acknowledged');
  });

  it('lets a viewer look only', async () => {
    await ward.open('viewer');
    ward.fake.alerts.raise('P1017', desaturation);
    await ward.tile('P1017').getByRole('button').waitFor();
    expect(await ward.tile('P1017').getByRole('button').isDisabled()).toBe(true);
  });

  it('keeps the keyboard where it was when its tile moves to the front', async () => {
    await ward.open();
    const medium = { type: 'high_heartrate', priority: 'medium' } as const;
    ward.fake.alerts.raise('P1015', medium);
    ward.fake.alerts.raise('P1019', medium);
    await ward.tile('P1019').getByRole('button').focus();
    const focused = () =>
      ward.page.evaluate(() => document.activeElement?.closest('.tile')?.getAttribute('data-patient'));
    ward.fake.alerts.raise('P1011', desaturation);
    await eventually(() => ward.page.locator('.tile').first().getAttribute('data-patient')).toBe('P1011');
    expect(await focused()).toBe('P1019');
    await ward.tile('P1019').locator('.tile-link').focus();
    ward.fake.alerts.raise('P1019', desaturation);
    await eventually(() => ward.tile('P1019').getAttribute('data-tone')).toBe('critical');
    await eventually(() => ward.page.locator('.tile').nth(1).getAttribute('data-patient')).toBe('P1019');
    expect(await focused()).toBe('P1019');
  });

  it('filters by region and by words, and says how to see all again', async () => {
    await ward.open();
    await ward.page.keyboard.press('/');
    await ward.page.keyboard.type('lindqvist');
    await eventually(() => ward.page.locator('.tile').count()).toBe(2);
    await ward.page.getByLabel('Region').selectOption('Southwest');
    await ward.page.keyboard.press('/');
    await ward.page.getByRole('searchbox').fill('nobody');
    await ward.page.getByRole('button', { name: 'Show all beds' }).click();
    await eventually(() => ward.page.locator('.tile').count()).toBe(20);
  });
});

describe('a feed that fails', () => {
  it('is said over everything within six seconds of silence, and ends by itself', async () => {
    await ward.open();
    const icon = (): Promise<string | null> => ward.page.locator('#favicon').getAttribute('href');
    await eventually(() => ward.page.locator('.connection').textContent()).toBe('Live');
    ward.fake.stall(true);
    await banner().waitFor({ timeout: 7500 });
    expect(await banner().textContent()).toContain('NOT MONITORING');
    expect(await title()).toContain('NOT MONITORING');
    expect(await icon()).toContain('not-monitoring');
    ward.fake.stall(false);
    await banner().waitFor({ state: 'detached', timeout: 15_000 });
    expect(await title()).not.toContain('NOT MONITORING');
    expect(await icon()).not.toContain('not-monitoring');
  });

  it("shows the server's own doubt at once, with its reason", async () => {
    await ward.open();
    ward.fake.refuse(true);
    await banner().waitFor();
    expect(await banner().textContent()).toContain('The alerting pipeline does not answer.');
    ward.fake.refuse(false);
    await banner().waitFor({ state: 'detached' });
  });

  it('resumes where it was after a dropped socket, and doubles nothing', async () => {
    await ward.open();
    ward.fake.alerts.raise('P1003', { type: 'high_heartrate', priority: 'medium' });
    await eventually(() => ward.tile('P1003').getAttribute('data-state')).toBe('active');
    ward.fake.dropSockets();
    const missed = ward.fake.alerts.raise('P1005', desaturation);
    await eventually(() => ward.tile('P1005').getAttribute('data-state')).toBe('active');
    expect(ward.fake.hellos.map(({ since }) => since)).toEqual([undefined, '1']);
    await ward.page.goto(`${ward.fake.url}/#/alerts`);
    await eventually(() => ward.page.locator('.alert-row').count()).toBe(2);
    expect(await ward.page.locator(`[data-alert="${missed.id}"]`).count()).toBe(1);
    expect(await banner().count()).toBe(0);
  });

  it('shows dashes for a bed that fell silent', async () => {
    await ward.open();
    ward.fake.ward.patient('P1002')!.vitals!['heartbeat']!.measured_at = new Date(
      Date.now() - 60_000,
    ).toISOString();
    ward.fake.ward.silence('P1002', 0);
    await ward.page.reload();
    await eventually(() => ward.tile('P1002').locator('.place-heartbeat .value').textContent()).toBe('– –');
    expect(await ward.tile('P1002').locator('.place-heartbeat .age').textContent()).toMatch(
      /^1 min$|^\d\d s$/,
    );
  });
});

describe('patient', () => {
  it('is reached from the wall, and draws the trends of an hour and of a year', async () => {
    await ward.open();
    await ward.tile('P1004').locator('.tile-link').click();
    await eventually(() => ward.page.locator('.chart canvas').count()).toBe(5);
    expect(await ward.page.locator('h1').textContent()).toContain('Nguyen, Thi Hoa');
    await eventually(() => ward.page.locator('.trend-state').textContent()).toContain('as measured');
    expect(await inkOf('oxygen_saturation')).toBeGreaterThan(500);
    await ward.page.getByRole('button', { name: '1 y' }).click();
    await eventually(() => ward.page.locator('.trend-state').textContent()).toContain('1 h means');
    await ward.page.locator('.chart[data-chart=heartbeat] .u-over').hover();
    await eventually(() =>
      ward.page.locator('.chart[data-chart=temperature] .readout').textContent(),
    ).toMatch(/^\d+\.\d \(\d+\.\d–\d+\.\d\) {2}at /);
  });

  it('zooms into what is dragged out', async () => {
    await ward.open('nurse', '#/patients/P1004');
    await ward.page.getByRole('button', { name: '7 d' }).click();
    await eventually(() => ward.page.locator('.trend-state').textContent()).toContain('5 min means');
    const box = await ward.page.locator('.chart[data-chart=heartbeat] .u-over').boundingBox();
    if (box === null) throw new Error('the chart has no place');
    await ward.page.mouse.move(box.x + 300, box.y + 40);
    await ward.page.mouse.down();
    await ward.page.mouse.move(box.x + 312, box.y + 40, { steps: 4 });
    await ward.page.mouse.up();
    await eventually(() => ward.page.locator('.trend-state').textContent()).toContain('as measured');
  });

  it('lists alerts with who acknowledged them', async () => {
    const alert = ward.fake.alerts.raise('P1004', { type: 'high_heartrate', priority: 'medium' });
    ward.fake.alerts.acknowledge(alert.id, 'Maja Lindqvist', Date.now());
    ward.fake.alerts.end(alert.id);
    await ward.open('nurse', '#/patients/P1004');
    await eventually(() => ward.page.locator('.history .alert-row').allTextContents()).toHaveLength(1);
    expect(await ward.page.locator('.history .alert-row').textContent()).toContain('✓ Maja Lindqvist');
    ward.fake.alerts.raise('P1004', desaturation);
    await ward.page.locator('.patient-side').getByRole('button', { name: 'Acknowledge' }).click();
    await eventually(() => ward.page.locator('.patient-side .alert-row').first().textContent()).toContain(
      '✓ Ana Ruiz',
    );
  });

  it('that nobody knows is said so', async () => {
    await ward.open('nurse', '#/patients/P9999');
    await eventually(() => ward.page.locator('.empty h2').textContent()).toBe('No patient P9999');
  });
});

describe('sign-in', () => {
  it('takes a pasted link, and says why it was asked again', async () => {
    await ward.page.goto(`${ward.fake.url}/#token=not-a-token`);
    await eventually(() => ward.page.locator('.sign-in-reason').textContent()).toContain(
      'The token has expired.',
    );
    expect(await ward.page.locator('.notice').textContent()).toContain(
      'bedside monitor remains the primary alarm',
    );
    await ward.page
      .getByLabel('Station link or token')
      .fill(`${ward.fake.url}/#token=${fakeToken('Ana Ruiz', 'nurse')}`);
    await ward.page.getByRole('button', { name: 'Sign in' }).click();
    await ward.tile('P1001').waitFor();
    await ward.page.reload();
    await ward.tile('P1001').waitFor();
  });
});

/** How many pixels of a chart are not transparent. */
function inkOf(vital: string): Promise<number> {
  return ward.page.locator(`.chart[data-chart=${vital}] canvas`).evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) return 0;
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let ink = 0;
    for (let i = 3; i < pixels.length; i += 4) if ((pixels[i] ?? 0) > 0) ink++;
    return ink;
  });
}
