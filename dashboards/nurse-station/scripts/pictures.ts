/**
 * The pictures of docs/images, from the page as it runs. Wall, board and a patient are of the deployment behind the link; the report, which
 * says nothing before weeks have passed, is of the made-up ward of the tests.
 *
 *   node dashboards/nurse-station/scripts/pictures.ts <station link> <patient id>
 *
 * Those that are committed: `SIMULATED_BEDS=0 npm start`, 36 devices of `npm run simulate -- --mode real --mix stable=0.74,…`, 35 of their
 * patients admitted, ten minutes later.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { buildPage, launchChromium } from '../tests/chromium.ts';
import { fakeToken, startFakeServer } from '../tests/fake-server.ts';

const IMAGES = join(import.meta.dirname, '../../../docs/images');
const SCREEN = { width: 1920, height: 1080 };
const REPORT = { width: 1366, height: 1100 };
/** The sparklines' past is fetched bed by bed. */
const SETTLE_MS = 15_000;

const [link, patientId] = process.argv.slice(2);
if (link === undefined || patientId === undefined) {
  process.stderr.write(
    'usage: node dashboards/nurse-station/scripts/pictures.ts <station link> <patient id>\n',
  );
  process.exit(2);
}

async function picture(page: Page, name: string, hash: string, ready: string): Promise<void> {
  await page.evaluate((to) => (location.hash = to), hash);
  await page.locator(ready).first().waitFor();
  await sleep(SETTLE_MS);
  await page.screenshot({ path: join(IMAGES, `${name}.png`) });
}

const dist = await mkdtemp(join(tmpdir(), 'nurse-station-'));
const [browser] = await Promise.all([launchChromium(), buildPage(dist)]);
const fake = await startFakeServer({ port: 0, dist, beds: 60 });
try {
  const page = await browser.newPage({ viewport: SCREEN, colorScheme: 'dark' });
  await page.goto(link);
  await page.locator('.tile[data-patient]').first().waitFor();
  await page.locator('.sound-off').click();
  await picture(page, 'station-wall', '#/', '.tile[data-state]');
  await picture(page, 'station-patient', `#/patients/${patientId}`, '.uplot canvas');
  await picture(page, 'station-board', '#/board', '.board-small');
  await page.setViewportSize(REPORT);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(`${fake.url}/#token=${fakeToken('Ana Ruiz', 'nurse')}`);
  await page.locator('.tile[data-patient]').first().waitFor();
  await picture(page, 'alarm-burden', '#/report', '.bars');
} finally {
  await browser.close();
  await fake.close();
  await rm(dist, { recursive: true, force: true });
}
