/** The built station (npm run build; npm test does it) in a real browser on the real deployment: from a bedside device's PUBLISH to the nurse's acknowledgement and back. */
import { CHROMIUM_ARGS, chromiumPath } from '@vitalwire/core/testing/chromium.ts';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, startTestDeployment, type TestDeployment } from './support/deployment.ts';
import { plainDevice } from './support/plain-client.ts';
import { recording } from './support/recording.ts';

const PATIENCE_MS = 15_000;

describe('the station on the deployment', () => {
  let deployment: TestDeployment;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    [deployment, browser] = await Promise.all([
      startTestDeployment({ SIMULATED_BEDS: '6' }),
      chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_ARGS] }),
    ]);
    page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${deployment.httpUrl}/#token=${await deployment.staffToken()}`);
  });
  afterAll(async () => {
    await browser?.close();
    await deployment?.stop();
  });

  it('shows the live ward', async () => {
    await expect.poll(() => page.locator('.tile[data-patient]').count(), { timeout: PATIENCE_MS }).toBe(6);
    const numbers = (): Promise<string[]> => page.locator('.place-heartbeat .value').allTextContents();
    const before = await numbers();
    await expect.poll(numbers, { timeout: PATIENCE_MS }).not.toEqual(before);
  });

  it('shows the alert of a recorded desaturation, and its acknowledgement everywhere', async () => {
    const device = await plainDevice(deployment, 'MON-32', 'bidmc_32');
    const startMs = Date.now() - 60_000;
    for (const { second, ...vitals } of recording('bidmc_32').slice(0, 60))
      await device.publish(startMs + second * 1000, vitals);
    const tile = page.locator('.tile[data-patient="bidmc_32"]');
    const strip = tile.locator('.strip');
    await strip.waitFor();
    expect(await strip.textContent()).toContain('SpO₂ low');
    await strip.getByRole('button').click();
    const alerts = (): Promise<{ items: { status: string; acknowledged_by: string | null }[] }> =>
      deployment.get('/api/alerts?patient=bidmc_32');
    const { items } = await eventually(alerts, (found) => found.items[0]?.status === 'acknowledged');
    expect(items).toMatchObject([{ acknowledged_by: 'Ana' }]);
    await expect.poll(() => strip.textContent(), { timeout: PATIENCE_MS }).toContain('Ana');
    await device.close();
  });

  it('draws the patient page from the stored readings', async () => {
    await page.goto(`${deployment.httpUrl}/#/patients/bidmc_32`);
    await page.locator('.uplot canvas').first().waitFor();
    await page.getByText('SpO₂ low').first().waitFor();
    expect(complaints).toEqual([]);
  });
});
