/** The built page in a real browser, against the fake alert engine: what a nurse sees when things go well, and when they do not. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { fakeToken, startFakeServer, type FakeServer } from './fake-server.ts';

/** Far beyond what any step takes: a busy machine must not fail a test. */
const PATIENCE_MS = 10_000;
vi.setConfig({ testTimeout: 40_000, hookTimeout: 40_000 });

const eventually = <T>(read: () => T) => expect.poll(read, { timeout: PATIENCE_MS });

const CHROMIUM_ARGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let dist: string;
let browser: Browser;
let fake: FakeServer;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  dist = await mkdtemp(join(tmpdir(), 'nurse-station-'));
  const root = join(import.meta.dirname, '..');
  [browser] = await Promise.all([
    chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: CHROMIUM_ARGS }),
    build({ root, logLevel: 'error', build: { outDir: dist, emptyOutDir: true } }),
  ]);
});

afterAll(async () => {
  await browser?.close();
  await rm(dist, { recursive: true, force: true });
});

beforeEach(async () => {
  fake = await startFakeServer({ port: 0, dist, beds: 20 });
  page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
  page.setDefaultTimeout(PATIENCE_MS);
  complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // What the server was told to refuse is no fault of the page.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
      complaints.push(message.text());
    }
  });
});

afterEach(async () => {
  await page.close();
  await fake.close();
  expect(complaints).toEqual([]);
});

const tile = (id: string): Locator => page.locator(`.tile[data-patient="${id}"]`);
const banner = (): Locator => page.locator('.unwatched');
const title = (): Promise<string> => page.title();

async function open(role = 'nurse', hash = ''): Promise<void> {
  await page.goto(`${fake.url}/#token=${fakeToken('Ana Ruiz', role)}`);
  await tile('P1001').waitFor();
  if (hash !== '') await page.goto(`${fake.url}/${hash}`);
}

const desaturation = {
  type: 'low_oxygen_saturation',
  priority: 'critical',
  value: 78,
  threshold: 80,
} as const;

describe('wall', () => {
  it('shows sixty beds in sight, their numbers moving, and keeps the token out of the address', async () => {
    await fake.close();
    fake = await startFakeServer({ port: 0, dist, beds: 60 });
    await page.setViewportSize({ width: 1920, height: 1080 });
    await open();
    expect(page.url()).toBe(`${fake.url}/`);
    await eventually(() => page.locator('.tile[data-patient]').count()).toBe(60);
    const last = await tile('P1060').boundingBox();
    expect((last?.y ?? 0) + (last?.height ?? 0)).toBeLessThan(1080);
    const numbers = (): Promise<string[]> => page.locator('.place-heartbeat .value').allTextContents();
    const before = await numbers();
    await eventually(numbers).not.toEqual(before);
    expect(await tile('P1001').locator('.name').textContent()).toBe('Ruiz, Ana');
  });

  it('brings an alert to the front, says it, and lets it be acknowledged in place', async () => {
    await open();
    fake.ward.raise('P1017', desaturation);
    await eventually(() => page.locator('.tile').first().getAttribute('data-patient')).toBe('P1017');
    await expect
      .poll(() => page.locator('[role=alert]').allTextContents())
      .toContain('Critical: Bed 17, SpO₂ low, 78 %, limit 80.');
    expect(await tile('P1017').locator('.strip').textContent()).toContain('SpO₂ low');
    expect(await title()).toContain('(1)');
    await tile('P1017').getByRole('button').click();
    await eventually(() => tile('P1017').locator('.strip').textContent()).toContain('✓ Ana Ruiz');
    expect(await tile('P1017').getByRole('button').count()).toBe(0);
    await eventually(title).not.toContain('(1)');
  });

  it('keeps an ended alert until it is acknowledged', async () => {
    await open();
    const alert = fake.ward.raise('P1009', { type: 'low_heartrate', priority: 'high' });
    fake.ward.end(alert.id);
    await eventually(() => tile('P1009').getAttribute('data-state')).toBe('latched');
    await tile('P1009').getByRole('button').click();
    await eventually(() => tile('P1009').getAttribute('data-state')).toBe(null);
  });

  it('says on the tile that an acknowledgement failed, and tries again', async () => {
    await open();
    fake.ward.raise('P1017', desaturation);
    fake.failAcknowledge(503);
    await tile('P1017').getByRole('button').click();
    await expect
      .poll(() => tile('P1017').locator('.action-error').textContent())
      .toBe('Not acknowledged: The alert store does not answer.');
    fake.failAcknowledge(undefined);
    await tile('P1017').getByRole('button', { name: 'Acknowledge' }).click();
    await eventually(() => tile('P1017').getAttribute('data-state')).toBe('acknowledged');
  });

  it('lets a viewer look only', async () => {
    await open('viewer');
    fake.ward.raise('P1017', desaturation);
    await tile('P1017').getByRole('button').waitFor();
    expect(await tile('P1017').getByRole('button').isDisabled()).toBe(true);
  });

  it('keeps the keyboard where it was when its tile moves to the front', async () => {
    await open();
    const medium = { type: 'high_heartrate', priority: 'medium' } as const;
    fake.ward.raise('P1015', medium);
    fake.ward.raise('P1019', medium);
    await tile('P1019').getByRole('button').focus();
    const focused = () =>
      page.evaluate(() => document.activeElement?.closest('.tile')?.getAttribute('data-patient'));
    fake.ward.raise('P1011', desaturation);
    await eventually(() => page.locator('.tile').first().getAttribute('data-patient')).toBe('P1011');
    expect(await focused()).toBe('P1019');
    await tile('P1019').locator('.tile-link').focus();
    fake.ward.raise('P1019', desaturation);
    await eventually(() => tile('P1019').getAttribute('data-tone')).toBe('critical');
    await eventually(() => page.locator('.tile').nth(1).getAttribute('data-patient')).toBe('P1019');
    expect(await focused()).toBe('P1019');
  });

  it('filters by region and by words, and says how to see all again', async () => {
    await open();
    await page.keyboard.press('/');
    await page.keyboard.type('lindqvist');
    await eventually(() => page.locator('.tile').count()).toBe(2);
    await page.getByLabel('Region').selectOption('Southwest');
    await page.keyboard.press('/');
    await page.getByRole('searchbox').fill('nobody');
    await page.getByRole('button', { name: 'Show all beds' }).click();
    await eventually(() => page.locator('.tile').count()).toBe(20);
  });
});

describe('a feed that fails', () => {
  it('is said over everything within six seconds of silence, and ends by itself', async () => {
    await open();
    const icon = (): Promise<string | null> => page.locator('#favicon').getAttribute('href');
    await eventually(() => page.locator('.connection').textContent()).toBe('Live');
    fake.stall(true);
    await banner().waitFor({ timeout: 7500 });
    expect(await banner().textContent()).toContain('NOT MONITORING');
    expect(await title()).toContain('NOT MONITORING');
    expect(await icon()).toContain('not-monitoring');
    fake.stall(false);
    await banner().waitFor({ state: 'detached', timeout: 15_000 });
    expect(await title()).not.toContain('NOT MONITORING');
    expect(await icon()).not.toContain('not-monitoring');
  });

  it("shows the server's own doubt at once, with its reason", async () => {
    await open();
    fake.refuse(true);
    await banner().waitFor();
    expect(await banner().textContent()).toContain('The alerting pipeline does not answer.');
    fake.refuse(false);
    await banner().waitFor({ state: 'detached' });
  });

  it('resumes where it was after a dropped socket, and doubles nothing', async () => {
    await open();
    fake.ward.raise('P1003', { type: 'high_heartrate', priority: 'medium' });
    await eventually(() => tile('P1003').getAttribute('data-state')).toBe('active');
    fake.dropSockets();
    const missed = fake.ward.raise('P1005', desaturation);
    await eventually(() => tile('P1005').getAttribute('data-state')).toBe('active');
    expect(fake.hellos.map(({ since }) => since)).toEqual([undefined, '1']);
    await page.goto(`${fake.url}/#/alerts`);
    await eventually(() => page.locator('.alert-row').count()).toBe(2);
    expect(await page.locator(`[data-alert="${missed.id}"]`).count()).toBe(1);
    expect(await banner().count()).toBe(0);
  });

  it('shows dashes for a bed that fell silent', async () => {
    await open();
    fake.ward.patient('P1002')!.vitals!['heartbeat']!.measured_at = new Date(
      Date.now() - 60_000,
    ).toISOString();
    fake.ward.silence('P1002', 0);
    await page.reload();
    await eventually(() => tile('P1002').locator('.place-heartbeat .value').textContent()).toBe('– –');
    expect(await tile('P1002').locator('.place-heartbeat .age').textContent()).toMatch(/^1 min$|^\d\d s$/);
  });
});

describe('patient', () => {
  it('is reached from the wall, and draws the trends of an hour and of a year', async () => {
    await open();
    await tile('P1004').locator('.tile-link').click();
    await eventually(() => page.locator('.chart canvas').count()).toBe(5);
    expect(await page.locator('h1').textContent()).toContain('Nguyen, Thi Hoa');
    await eventually(() => page.locator('.trend-state').textContent()).toContain('as measured');
    expect(await inkOf('oxygen_saturation')).toBeGreaterThan(500);
    await page.getByRole('button', { name: '1 y' }).click();
    await eventually(() => page.locator('.trend-state').textContent()).toContain('1 h means');
    await page.locator('.chart[data-chart=heartbeat] .u-over').hover();
    await expect
      .poll(() => page.locator('.chart[data-chart=temperature] .readout').textContent())
      .toMatch(/^\d+\.\d \(\d+\.\d–\d+\.\d\) {2}at /);
  });

  it('zooms into what is dragged out', async () => {
    await open('nurse', '#/patients/P1004');
    await page.getByRole('button', { name: '7 d' }).click();
    await eventually(() => page.locator('.trend-state').textContent()).toContain('5 min means');
    const box = await page.locator('.chart[data-chart=heartbeat] .u-over').boundingBox();
    if (box === null) throw new Error('the chart has no place');
    await page.mouse.move(box.x + 300, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + 312, box.y + 40, { steps: 4 });
    await page.mouse.up();
    await eventually(() => page.locator('.trend-state').textContent()).toContain('as measured');
  });

  it('lists alerts with who acknowledged them', async () => {
    const alert = fake.ward.raise('P1004', { type: 'high_heartrate', priority: 'medium' });
    fake.ward.acknowledge(alert.id, 'Maja Lindqvist', Date.now());
    fake.ward.end(alert.id);
    await open('nurse', '#/patients/P1004');
    await eventually(() => page.locator('.history .alert-row').allTextContents()).toHaveLength(1);
    expect(await page.locator('.history .alert-row').textContent()).toContain('✓ Maja Lindqvist');
    fake.ward.raise('P1004', desaturation);
    await page.locator('.patient-side').getByRole('button', { name: 'Acknowledge' }).click();
    await expect
      .poll(() => page.locator('.patient-side .alert-row').first().textContent())
      .toContain('✓ Ana Ruiz');
  });

  it('that nobody knows is said so', async () => {
    await open('nurse', '#/patients/P9999');
    await eventually(() => page.locator('.empty h2').textContent()).toBe('No patient P9999');
  });
});

describe('sign-in', () => {
  it('takes a pasted link, and says why it was asked again', async () => {
    await page.goto(`${fake.url}/#token=not-a-token`);
    await expect
      .poll(() => page.locator('.sign-in-reason').textContent())
      .toContain('The token has expired.');
    expect(await page.locator('.notice').textContent()).toContain(
      'bedside monitor remains the primary alarm',
    );
    await page
      .getByLabel('Station link or token')
      .fill(`${fake.url}/#token=${fakeToken('Ana Ruiz', 'nurse')}`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await tile('P1001').waitFor();
    await page.reload();
    await tile('P1001').waitFor();
  });
});

/** How many pixels of a chart are not transparent. */
function inkOf(vital: string): Promise<number> {
  return page.locator(`.chart[data-chart=${vital}] canvas`).evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) return 0;
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let ink = 0;
    for (let i = 3; i < pixels.length; i += 4) if ((pixels[i] ?? 0) > 0) ink++;
    return ink;
  });
}
